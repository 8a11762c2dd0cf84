package io.inmesh.xds.codec;

/** How the process's own certificate and roots are named in TLS contexts that are written. */
public enum TlsFlavor {
  /** SDS names that the receiver answers from its own identity. */
  INMESH,
  /** SDS names without a source: Envoy takes them for static secrets of its bootstrap. */
  ENVOY_STATIC_SECRETS,
  /** Certificate provider instances of the bootstrap, and what else grpc-xds insists on. */
  GRPC
}
