package io.inmesh.controlplane.config.model;

/** What is spoken on a port. */
public enum Protocol {
  HTTP(true),
  HTTP2(true),
  GRPC(true),
  GRPC_WEB(true),
  HTTPS(false),
  TLS(false),
  TCP(false),
  MONGO(false),
  MYSQL(false),
  REDIS(false);

  private final boolean routed;

  Protocol(boolean routed) {
    this.routed = routed;
  }

  /** Whether requests are routed one by one. */
  public boolean isHttp() {
    return routed;
  }

  /** Whether HTTP/2 is spoken to the server. */
  public boolean isHttp2() {
    return this == HTTP2 || this == GRPC;
  }

  /** As Istio writes it. */
  public String token() {
    return name().replace('_', '-');
  }
}
