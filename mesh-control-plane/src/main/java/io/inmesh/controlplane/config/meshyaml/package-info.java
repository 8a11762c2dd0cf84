/** Reads the short form, {@code mesh.yaml}. */
@NullMarked
package io.inmesh.controlplane.config.meshyaml;

import org.jspecify.annotations.NullMarked;
