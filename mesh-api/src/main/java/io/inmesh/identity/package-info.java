/** Who we are and whom we believe. */
@NullMarked
package io.inmesh.identity;

import org.jspecify.annotations.NullMarked;
