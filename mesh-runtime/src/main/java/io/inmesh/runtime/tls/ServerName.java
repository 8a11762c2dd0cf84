package io.inmesh.runtime.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.internal.tcnative.SSL;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.StandardConstants;
import org.jspecify.annotations.Nullable;

/**
 * The server name that a client sends. One that is no host name is sent to gateways only: Istio's
 * ({@code outbound_.80_._.host}) hold underscores, and every server on Java's own TLS refuses them.
 */
final class ServerName {
  private static final int MOST = 255;

  private final String text;
  private final @Nullable SNIHostName host;

  /**
   * A name.
   *
   * @param anyText whether it is sent although it is no host name
   */
  ServerName(String name, boolean anyText) {
    this.host = hostName(name);
    boolean plain = name.length() <= MOST && name.chars().allMatch(c -> c > ' ' && c < 0x7f);
    this.text = anyText && host == null && plain ? name : "";
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
    if (host != null) {
      names(engine, host);
    } else if (!text.isEmpty()) {
      if (engine instanceof ReferenceCountedOpenSslEngine nativeEngine) {
        // Its parameters take host names only.
        SSL.setTlsExtHostName(nativeEngine.sslPointer(), text);
      } else {
        names(engine, new Text(text));
      }
    }
    return engine;
  }

  private static void names(SSLEngine engine, SNIServerName name) {
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setServerNames(List.of(name));
    engine.setSSLParameters(parameters);
  }

  /** A name of the kind of host names that is none. */
  private static final class Text extends SNIServerName {
    Text(String text) {
      super(StandardConstants.SNI_HOST_NAME, text.getBytes(StandardCharsets.US_ASCII));
    }
  }
}
