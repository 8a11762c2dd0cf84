/**
 * Between protobuf messages and the records of {@code io.inmesh.config}, in both directions. What
 * is decoded is valid: whatever Envoy refuses when a resource arrives is refused here, with the
 * field.
 */
@NullMarked
package io.inmesh.xds.codec;

import org.jspecify.annotations.NullMarked;
