package io.inmesh.benchmarks.backend;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2StreamFrame;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;

/** Answers each HTTP/2 request as a unary gRPC method would: one message of 1 KB, and trailers. */
@ChannelHandler.Sharable
final class Http2Answers extends ChannelInboundHandlerAdapter {
  private static final int MESSAGE = 1024;
  private static final AsciiString OK = AsciiString.cached("200");
  private static final AsciiString ZERO = AsciiString.cached("0");
  private static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");
  private static final AsciiString GRPC = AsciiString.cached("application/grpc");
  private static final AsciiString GRPC_STATUS = AsciiString.cached("grpc-status");
  private static final ByteBuf BODY =
      Unpooled.unreleasableBuffer(
          Unpooled.directBuffer().writeByte(0).writeInt(MESSAGE).writeZero(MESSAGE).asReadOnly());

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof Http2DataFrame data) {
      int credit = data.initialFlowControlledBytes();
      if (credit > 0) {
        context.write(new DefaultHttp2WindowUpdateFrame(credit).stream(data.stream()));
      }
    }
    if (message instanceof Http2StreamFrame frame && isLast(message)) {
      answer(context, frame.stream());
    }
    ReferenceCountUtil.release(message);
  }

  private static boolean isLast(Object frame) {
    return (frame instanceof Http2HeadersFrame headers && headers.isEndStream())
        || (frame instanceof Http2DataFrame data && data.isEndStream());
  }

  private static void answer(ChannelHandlerContext context, Http2FrameStream stream) {
    var head = new DefaultHttp2Headers(false, 4).status(OK).set(CONTENT_TYPE, GRPC);
    context.write(new DefaultHttp2HeadersFrame(head, false).stream(stream));
    context.write(new DefaultHttp2DataFrame(BODY.duplicate(), false).stream(stream));
    var trailers = new DefaultHttp2Headers(false, 4).set(GRPC_STATUS, ZERO);
    context.write(new DefaultHttp2HeadersFrame(trailers, true).stream(stream));
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    context.flush();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
    context.close();
  }
}
