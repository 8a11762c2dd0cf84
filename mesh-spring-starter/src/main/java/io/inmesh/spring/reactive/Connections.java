package io.inmesh.spring.reactive;

import io.inmesh.config.Address;
import io.inmesh.spring.inbound.Connection;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.SslInfo;

/** What a reactive server knows of a request's connection. */
final class Connections {
  private static final Address UNKNOWN = new Address("127.0.0.1", 0);

  private Connections() {}

  static Connection of(ServerHttpRequest request) {
    SslInfo tls = request.getSslInfo();
    X509Certificate[] chain = tls == null ? null : tls.getPeerCertificates();
    return Connection.of(
        address(request.getLocalAddress()),
        address(request.getRemoteAddress()),
        tls != null || "https".equals(request.getURI().getScheme()),
        chain);
  }

  private static Address address(@Nullable InetSocketAddress known) {
    return known == null || known.getAddress() == null
        ? UNKNOWN
        : new Address(known.getAddress().getHostAddress(), known.getPort());
  }
}
