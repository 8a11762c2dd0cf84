/** Reads Istio's networking resources. */
@NullMarked
package io.inmesh.controlplane.config.istio;

import org.jspecify.annotations.NullMarked;
