package io.inmesh.runtime.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;

class ClientHelloTest {
  private static byte[] hello(String name, String... protocols) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, null, null);
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setApplicationProtocols(protocols);
    if (!name.isEmpty()) {
      parameters.setServerNames(List.of(new SNIHostName(name)));
    }
    engine.setSSLParameters(parameters);
    ByteBuffer out = ByteBuffer.allocate(32 * 1024);
    engine.wrap(ByteBuffer.allocate(0), out);
    byte[] bytes = new byte[out.position()];
    out.flip().get(bytes);
    return bytes;
  }

  @Test
  void tellsNameAndProtocols() throws Exception {
    ByteBuf all = Unpooled.wrappedBuffer(hello("Orders.Default", "h2", "http/1.1"));
    assertThat(ClientHello.peek(all))
        .isEqualTo(new ClientHello("orders.default", List.of("h2", "http/1.1")));
    assertThat(all.readerIndex()).isZero();
    assertThat(ClientHello.peek(Unpooled.wrappedBuffer(hello(""))))
        .isEqualTo(new ClientHello("", List.of()));
  }

  @Test
  void everyPrefixAsksForMore() throws Exception {
    byte[] all = hello("orders.default", "h2");
    for (int i = 1; i < all.length; i++) {
      assertThat(ClientHello.peek(Unpooled.wrappedBuffer(all, 0, i))).isNull();
    }
  }

  @Test
  void aMessageMayBeSpreadOverRecords() throws Exception {
    byte[] all = hello("orders.default", "h2");
    ByteBuf spread = Unpooled.buffer();
    for (int at = 5; at < all.length; at += 100) {
      int length = Math.min(100, all.length - at);
      spread.writeByte(22).writeShort(0x0301).writeShort(length).writeBytes(all, at, length);
    }
    assertThat(ClientHello.peek(spread))
        .isEqualTo(new ClientHello("orders.default", List.of("h2")));
  }

  @Test
  void rubbishSaysNothing() {
    ByteBuf rubbish = Unpooled.buffer();
    rubbish.writeByte(22).writeShort(0x0301).writeShort(8).writeByte(1).writeMedium(4).writeZero(4);
    assertThat(ClientHello.peek(rubbish)).isEqualTo(new ClientHello("", List.of()));
    ByteBuf other = Unpooled.buffer();
    other.writeByte(22).writeShort(0x0301).writeShort(4).writeByte(9).writeMedium(0);
    assertThat(ClientHello.peek(other)).isEqualTo(new ClientHello("", List.of()));
  }
}
