package io.inmesh.runtime.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class Http1ParserTest {
  private static final String[] MESSAGES = {
    "GET /a HTTP/1.1\r\nHost: x\r\n\r\n",
    "POST /b?c HTTP/1.1\r\nhost: x\r\nContent-Length: 5\r\nX-Odd:\t v \r\n\r\nhello",
    "PUT /d HTTP/1.1\r\nhost: x\r\ntransfer-encoding: Chunked\r\n\r\n"
        + "A;ext=1\r\n0123456789\r\n003\r\nabc\r\n0\r\nX-T: 1\r\nContent-Length: 3\r\n\r\n",
    "\r\nDELETE /e HTTP/1.0\r\nConnection: keep-alive, x\r\n\r\n",
    "PURGE * HTTP/1.1\r\nhost:\r\nx:\r\n\r\n",
    "GET /f HTTP/1.1\nhost: x\nb: c\n\n"
  };

  /** What a parser sees when the bytes come in pieces. */
  private static String events(byte[] bytes, SplittableRandom pieces) {
    var parser = new Http1Parser(false, 4096, 50);
    var seen = new StringBuilder();
    ByteBuf in = Unpooled.buffer();
    try {
      int at = 0;
      while (at < bytes.length) {
        int size = pieces == null ? bytes.length : 1 + pieces.nextInt(20);
        int end = Math.min(bytes.length, at + size);
        in.writeBytes(bytes, at, end - at);
        at = end;
        drain(parser, in, seen);
      }
    } catch (WireException broken) {
      seen.append("broken ").append(broken.status());
    } finally {
      in.release();
    }
    return seen.toString().replace("][", "");
  }

  private static void drain(Http1Parser parser, ByteBuf in, StringBuilder seen)
      throws WireException {
    for (Http1Parser.Event event = parser.next(in);
        event != Http1Parser.Event.MORE;
        event = parser.next(in)) {
      switch (event) {
        case HEAD -> {
          Http1Head head = parser.head();
          seen.append(head.method()).append(' ').append(head.target()).append(' ');
          seen.append(head.host()).append(head.headers()).append(parser.keepAlive());
        }
        case DATA -> {
          int from = in.readerIndex();
          seen.append('[')
              .append(in.toString(from, parser.dataLength(), StandardCharsets.ISO_8859_1))
              .append(']');
          parser.consumed(in);
        }
        default -> seen.append(parser.trailers()).append('\n');
      }
      if (in.readerIndex() > 0) {
        in.discardReadBytes();
      }
    }
  }

  @Property(tries = 300)
  void piecesDoNotMatter(@ForAll long seed) {
    var random = new SplittableRandom(seed);
    var text = new StringBuilder();
    for (int i = 0; i < 6; i++) {
      text.append(MESSAGES[random.nextInt(MESSAGES.length)]);
    }
    byte[] bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
    String whole = events(bytes, null);
    assertThat(whole).doesNotContain("broken");
    assertThat(whole.lines()).hasSize(6);
    assertThat(events(bytes, random)).isEqualTo(whole);
  }

  /** A byte changed at random: whatever it means, it means the same in pieces. */
  @Property(tries = 2000)
  void damageIsSeenTheSameInPieces(@ForAll long seed) {
    var random = new SplittableRandom(seed);
    byte[] bytes = MESSAGES[random.nextInt(MESSAGES.length)].getBytes(StandardCharsets.ISO_8859_1);
    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    String whole = events(bytes, null);
    String pieces = events(bytes, random);
    assertThat(pieces).isEqualTo(whole);
  }

  @Test
  void readsWhatStandsThere() {
    assertThat(events(MESSAGES[1].getBytes(StandardCharsets.ISO_8859_1), null))
        .isEqualTo("POST /b?c x{content-length: 5, x-odd: v}true[hello]{}\n");
    // Fields that frame a message have no place among trailers.
    assertThat(events(MESSAGES[2].getBytes(StandardCharsets.ISO_8859_1), null))
        .isEqualTo("PUT /d x{}true[0123456789abc]{x-t: 1}\n");
    assertThat(events(MESSAGES[3].getBytes(StandardCharsets.ISO_8859_1), null))
        .isEqualTo("DELETE /e {}true{}\n");
  }

  @Test
  void commonNamesAreTheSameObjects() {
    byte[] name = "content-type".getBytes(StandardCharsets.US_ASCII);
    assertThat(FieldNames.of(name, 0, name.length)).isSameAs(FieldNames.of(name, 0, name.length));
    byte[] rare = "x-content-type-y".getBytes(StandardCharsets.US_ASCII);
    assertThat(FieldNames.of(rare, 2, 12)).isEqualTo("content-type");
    assertThat(FieldNames.of(rare, 0, rare.length)).isEqualTo("x-content-type-y");
  }
}
