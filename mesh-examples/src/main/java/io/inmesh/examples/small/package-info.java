/** Examples of one idea each. */
@NullMarked
package io.inmesh.examples.small;

import org.jspecify.annotations.NullMarked;
