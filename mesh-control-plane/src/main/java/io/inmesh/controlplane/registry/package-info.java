/** Which instances of which services run where, under leases. */
@NullMarked
package io.inmesh.controlplane.registry;

import org.jspecify.annotations.NullMarked;
