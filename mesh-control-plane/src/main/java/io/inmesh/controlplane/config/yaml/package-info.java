/** YAML that knows where each value stands. */
@NullMarked
package io.inmesh.controlplane.config.yaml;

import org.jspecify.annotations.NullMarked;
