package io.inmesh.benchmarks.backend;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The server that all clients call, one event loop in a JVM of its own. Argument: a directory with
 * the server's key.pem, cert-chain.pem and root-cert.pem. Binds four ports of each kind and prints
 * {@code ready http1=PORTS http1-tls=PORTS http2=PORTS http2-tls=PORTS}.
 */
public final class Backend {
  private static final int PORTS = 4;

  private final AnsweringServer server = new AnsweringServer();

  private Backend() {}

  /** Serves until it is killed. */
  public static void main(String[] arguments) throws Exception {
    var backend = new Backend();
    var directory = new File(arguments[0]);
    System.out.println(
        "ready http1="
            + backend.bind(null, false)
            + " http1-tls="
            + backend.bind(tls(directory, "http/1.1"), false)
            + " http2="
            + backend.bind(null, true)
            + " http2-tls="
            + backend.bind(tls(directory, "h2"), true));
    System.out.flush();
    new CountDownLatch(1).await();
  }

  private static SslContext tls(File directory, String protocol) throws SSLException {
    return SslContextBuilder.forServer(
            new File(directory, "cert-chain.pem"), new File(directory, "key.pem"))
        .sslProvider(SslProvider.OPENSSL_REFCNT)
        .trustManager(new File(directory, "root-cert.pem"))
        .clientAuth(ClientAuth.REQUIRE)
        .protocols("TLSv1.3")
        .applicationProtocolConfig(
            new ApplicationProtocolConfig(
                Protocol.ALPN,
                SelectorFailureBehavior.NO_ADVERTISE,
                SelectedListenerFailureBehavior.ACCEPT,
                protocol))
        .build();
  }

  private String bind(@Nullable SslContext tls, boolean http2) throws InterruptedException {
    List<String> ports = new ArrayList<>();
    for (int i = 0; i < PORTS; i++) {
      ports.add(String.valueOf(server.bind(tls, http2, () -> {})));
    }
    return String.join(",", ports);
  }
}
