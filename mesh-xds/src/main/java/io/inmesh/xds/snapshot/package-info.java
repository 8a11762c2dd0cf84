/** The last good config on disk, for a start without the control plane. */
@NullMarked
package io.inmesh.xds.snapshot;

import org.jspecify.annotations.NullMarked;
