/** Connections that others open to this process: what is known of them, and who judges them. */
@NullMarked
package io.inmesh.runtime.downstream;

import org.jspecify.annotations.NullMarked;
