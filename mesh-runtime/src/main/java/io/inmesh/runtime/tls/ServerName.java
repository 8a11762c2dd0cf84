package io.inmesh.runtime.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.OpenSslContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.SslContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.StandardConstants;

/**
 * The server name that a client sends. Istio's names ({@code outbound_.80_._.host}) hold
 * underscores, which {@link SNIHostName} refuses, so that they take another way in each provider.
 */
final class ServerName {
  private final String name;
  private final boolean plain;

  ServerName(String name) {
    this.name = name;
    this.plain = isPlain(name);
  }

  private static boolean isPlain(String name) {
    try {
      return !name.isEmpty() && !new SNIHostName(name).getAsciiName().isEmpty();
    } catch (IllegalArgumentException refused) {
      return false;
    }
  }

  /** An engine that sends the name; an empty name sends none. */
  SSLEngine engine(SslContext context, ByteBufAllocator allocator) {
    if (name.isEmpty()) {
      return context.newEngine(allocator);
    }
    boolean openSsl =
        context instanceof OpenSslContext || context instanceof ReferenceCountedOpenSslContext;
    if (openSsl && !plain) {
      return context.newEngine(allocator, name, -1);
    }
    SSLEngine engine = context.newEngine(allocator);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setServerNames(List.of(plain ? new SNIHostName(name) : new Raw(name)));
    engine.setSSLParameters(parameters);
    return engine;
  }

  /** A name as it is. */
  private static final class Raw extends SNIServerName {
    Raw(String name) {
      super(StandardConstants.SNI_HOST_NAME, name.getBytes(StandardCharsets.US_ASCII));
    }
  }
}
