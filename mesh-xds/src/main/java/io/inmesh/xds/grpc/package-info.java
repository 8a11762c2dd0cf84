/** gRPC channels to infrastructure, and messages on them. */
@NullMarked
package io.inmesh.xds.grpc;

import org.jspecify.annotations.NullMarked;
