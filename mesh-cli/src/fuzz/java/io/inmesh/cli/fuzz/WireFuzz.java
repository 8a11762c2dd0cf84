package io.inmesh.cli.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.inmesh.runtime.wire.Http1Parser;
import io.inmesh.runtime.wire.Http2Fields;
import io.inmesh.runtime.wire.WireException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.nio.charset.StandardCharsets;

/** Any bytes from a peer. */
class WireFuzz {
  private static final int HEAD = 4096;
  private static final int FIELDS = 50;

  /** What is read does not depend on where the bytes are cut apart. */
  @FuzzTest(maxDuration = "5m")
  void http1(FuzzedDataProvider data) {
    boolean responses = data.consumeBoolean();
    boolean toHead = data.consumeBoolean();
    int piece = data.consumeInt(1, 20);
    byte[] bytes = data.consumeRemainingAsBytes();
    assertThat(read(responses, toHead, bytes, piece))
        .isEqualTo(read(responses, toHead, bytes, Math.max(1, bytes.length)));
  }

  private static String read(boolean responses, boolean toHead, byte[] bytes, int piece) {
    var parser = new Http1Parser(responses, HEAD, FIELDS);
    parser.expectResponse(toHead);
    var told = new StringBuilder();
    ByteBuf in = Unpooled.buffer();
    try {
      for (int at = 0; at < bytes.length; at += piece) {
        in.writeBytes(bytes, at, Math.min(piece, bytes.length - at));
        drain(parser, in, told);
      }
      told.append(parser.endsWithConnection());
    } catch (WireException refused) {
      told.append("refused");
    }
    return told.toString();
  }

  private static void drain(Http1Parser parser, ByteBuf in, StringBuilder told)
      throws WireException {
    for (Http1Parser.Event event = parser.next(in);
        event != Http1Parser.Event.MORE;
        event = parser.next(in)) {
      switch (event) {
        case DATA -> {
          told.append(
              in.toString(in.readerIndex(), parser.dataLength(), StandardCharsets.ISO_8859_1));
          parser.consumed(in);
        }
        case HEAD -> told.append("<head ").append(parser.keepAlive()).append('>');
        default -> told.append('<').append(event).append(parser.trailers()).append('>');
      }
    }
  }

  /** Header blocks of HTTP/2, several on one connection. */
  @FuzzTest(maxDuration = "5m")
  void hpack(FuzzedDataProvider data) {
    var decoder = new DefaultHttp2HeadersDecoder(true, HEAD);
    try {
      while (data.remainingBytes() > 0) {
        byte[] block = data.consumeBytes(data.consumeInt(0, 200));
        Http2Headers fields = decoder.decodeHeaders(1, Unpooled.wrappedBuffer(block));
        if (Http2Fields.malformed(fields) == null) {
          Http2Fields.read(fields);
        }
      }
    } catch (Http2Exception refused) {
      assertThat(refused.getMessage()).isNotEmpty();
    }
  }
}
