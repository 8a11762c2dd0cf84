/** Reads xDS resources that are written by hand. */
@NullMarked
package io.inmesh.controlplane.config.raw;

import org.jspecify.annotations.NullMarked;
