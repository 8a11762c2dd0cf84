/**
 * The certificate authority of the embedded control plane, and the tokens by which a service joins.
 */
@NullMarked
package io.inmesh.controlplane.ca;

import org.jspecify.annotations.NullMarked;
