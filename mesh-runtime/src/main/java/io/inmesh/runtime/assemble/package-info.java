/** Config made runnable, one change at a time, and how a destination finds its listener. */
@NullMarked
package io.inmesh.runtime.assemble;

import org.jspecify.annotations.NullMarked;
