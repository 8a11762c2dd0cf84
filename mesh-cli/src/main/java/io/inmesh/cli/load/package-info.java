/** Many calls, counted. */
@NullMarked
package io.inmesh.cli.load;

import org.jspecify.annotations.NullMarked;
