/** The control plane in one process. */
@NullMarked
package io.inmesh.controlplane;

import org.jspecify.annotations.NullMarked;
