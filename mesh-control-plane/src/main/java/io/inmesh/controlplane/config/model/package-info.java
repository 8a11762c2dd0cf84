/** A mesh as it is configured, whatever file format it came from. */
@NullMarked
package io.inmesh.controlplane.config.model;

import org.jspecify.annotations.NullMarked;
