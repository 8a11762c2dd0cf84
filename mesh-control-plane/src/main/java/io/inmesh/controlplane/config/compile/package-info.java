/** Makes the resources of each node from the model. */
@NullMarked
package io.inmesh.controlplane.config.compile;

import org.jspecify.annotations.NullMarked;
