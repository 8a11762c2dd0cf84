/** The running mesh: its builder and the parts it is assembled from. */
@NullMarked
package io.inmesh.runtime;

import org.jspecify.annotations.NullMarked;
