package io.inmesh.runtime.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * The server name that a client sends. One that is no host name is not sent: Istio's ({@code
 * outbound_.80_._.host}) hold underscores, and every server on Java's own TLS refuses them.
 */
final class ServerName {
  private final @Nullable SNIHostName name;

  ServerName(String name) {
    this.name = hostName(name);
  }

  private static @Nullable SNIHostName hostName(String name) {
    try {
      return name.isEmpty() ? null : new SNIHostName(name);
    } catch (IllegalArgumentException none) {
      return null;
    }
  }

  /** An engine that sends the name, if there is one to send. */
  SSLEngine engine(SslContext context, ByteBufAllocator allocator) {
    SSLEngine engine = context.newEngine(allocator);
    if (name != null) {
      SSLParameters parameters = engine.getSSLParameters();
      parameters.setServerNames(List.of(name));
      engine.setSSLParameters(parameters);
    }
    return engine;
  }
}
