package io.inmesh.runtime.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the first message of a handshake says in the clear. */
class ServerNameTest {
  private static final String OF_ISTIO = "outbound_.80_._.svc.default.svc.cluster.local";

  @ParameterizedTest
  @CsvSource({
    "JDK, svc.example, false, true",
    "JDK, svc.example, true, true",
    "JDK, " + OF_ISTIO + ", false, false",
    "JDK, " + OF_ISTIO + ", true, true",
    "BORINGSSL, svc.example, false, true",
    "BORINGSSL, " + OF_ISTIO + ", false, false",
    "BORINGSSL, " + OF_ISTIO + ", true, true",
    "BORINGSSL, a b, true, false",
  })
  void namesThatAreNoHostNamesAreForGateways(
      TlsProvider provider, String name, boolean gateway, boolean sent) throws Exception {
    SslContext context = SslContextBuilder.forClient().sslProvider(provider.netty()).build();
    SSLEngine engine = new ServerName(name, gateway).engine(context, ByteBufAllocator.DEFAULT);
    try {
      ByteBuffer hello = ByteBuffer.allocate(32 * 1024);
      engine.beginHandshake();
      engine.wrap(ByteBuffer.allocate(0), hello);
      String text = StandardCharsets.ISO_8859_1.decode(hello.flip()).toString();
      assertThat(text).isNotEmpty();
      assertThat(text.contains(name)).isEqualTo(sent);
    } finally {
      ReferenceCountUtil.release(engine);
      ReferenceCountUtil.release(context);
    }
  }
}
