package io.inmesh.benchmarks.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class Http1AnswersTest {
  private static final String GET = "GET /a HTTP/1.1\r\nhost: x\r\n\r\n";

  private final EmbeddedChannel channel = new EmbeddedChannel(new Http1Answers());

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  private String answer(String... parts) {
    for (String part : parts) {
      channel.writeInbound(Unpooled.copiedBuffer(part, StandardCharsets.US_ASCII));
    }
    var text = new StringBuilder();
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      text.append(out.toString(StandardCharsets.US_ASCII));
      out.release();
    }
    return text.toString();
  }

  @Test
  void aHeadMayComeInParts() {
    assertThat(answer(GET.substring(0, 7))).isEmpty();
    assertThat(answer(GET.substring(7))).startsWith("HTTP/1.1 200 OK\r\n").hasSizeGreaterThan(1024);
  }

  @Test
  void requestsInOneReadAreAnsweredEach() {
    assertThat(answer(GET + GET).split("200 OK", -1)).hasSize(3);
  }

  @Test
  void aBodyIsReadBeforeTheAnswer() {
    String post = "POST /a HTTP/1.1\r\nContent-Length: 5\r\n\r\nab";
    assertThat(answer(post)).isEmpty();
    assertThat(answer("cde" + GET).split("200 OK", -1)).hasSize(3);
  }

  @Test
  void asManyBytesAsThePathSays() {
    String answer = answer("GET /bytes/70000 HTTP/1.1\r\n\r\n");
    assertThat(answer).contains("content-length: 70000\r\n");
    assertThat(answer.substring(answer.indexOf("\r\n\r\n") + 4)).hasSize(70_000);
  }
}
