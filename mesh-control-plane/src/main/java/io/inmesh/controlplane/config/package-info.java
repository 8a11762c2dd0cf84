/** The configuration of the embedded control plane: a directory of files becomes resources. */
@NullMarked
package io.inmesh.controlplane.config;

import org.jspecify.annotations.NullMarked;
