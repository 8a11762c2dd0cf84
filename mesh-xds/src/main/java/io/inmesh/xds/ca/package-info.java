/** Having certificates signed over Istio's protocol. */
@NullMarked
package io.inmesh.xds.ca;

import org.jspecify.annotations.NullMarked;
