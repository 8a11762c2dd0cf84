package io.inmesh.benchmarks.client;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import javax.net.ssl.SSLException;

/** Mutual TLS 1.3 of a bare client: the peer's chain is checked, its name is not. */
final class NettyTls {
  private NettyTls() {}

  static SslContext context(Target target, String protocol) throws SSLException {
    SslProvider provider =
        target.word("tls").equals("jdk") ? SslProvider.JDK : SslProvider.OPENSSL_REFCNT;
    return SslContextBuilder.forClient()
        .sslProvider(provider)
        .trustManager(target.certificate("root-cert.pem").toFile())
        .keyManager(
            target.certificate("cert-chain.pem").toFile(), target.certificate("key.pem").toFile())
        .protocols("TLSv1.3")
        .applicationProtocolConfig(
            new ApplicationProtocolConfig(
                Protocol.ALPN,
                SelectorFailureBehavior.NO_ADVERTISE,
                SelectedListenerFailureBehavior.ACCEPT,
                protocol))
        .endpointIdentificationAlgorithm(null)
        .build();
  }
}
