package io.inmesh.runtime.inbound;

import io.inmesh.call.Headers;
import io.inmesh.loop.Timer;
import io.inmesh.runtime.net.NettyLoop;
import io.inmesh.runtime.wire.Fields;
import io.inmesh.runtime.wire.Http2Fields;
import io.inmesh.runtime.wire.Http2Session;
import io.inmesh.server.ServerRequest;
import io.inmesh.server.ServerResponse;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An HTTP/2 connection as a server. Owner: its loop. */
@SuppressWarnings("FutureReturnValueIgnored") // Failures come through the pipeline.
final class Http2ServerConnection implements ServerConnection, Http2Session.Owner<Http2Exchange> {
  private static final int MAX_STREAMS = 1024;
  private static final int STREAM_WINDOW = 256 * 1024;
  private static final int CONNECTION_WINDOW = 1024 * 1024;
  private static final long DRAIN_PING = 0x64726169;

  private final ServerSettings settings;
  private final Peer peer;
  private final Channel channel;
  private final NettyLoop loop;
  private final Http2Session<Http2Exchange> session;
  private final Timer idle =
      new Timer() {
        @Override
        protected void onTimer() {
          closeIdle();
        }
      };
  private boolean draining;
  private boolean lastWordSaid;
  private int active;
  private String failure = "";

  Http2ServerConnection(ServerSettings settings, Peer peer, Channel channel, NettyLoop loop) {
    this.settings = settings;
    this.peer = peer;
    this.channel = channel;
    this.loop = loop;
    var initial =
        new Http2Settings()
            .maxConcurrentStreams(MAX_STREAMS)
            .initialWindowSize(STREAM_WINDOW)
            .maxHeaderListSize(settings.maxHeadBytes());
    this.session = new Http2Session<>(channel, true, initial, CONNECTION_WINDOW, this);
  }

  void begin() {
    armIdle();
    session.begin();
  }

  long stallNanos() {
    return settings.times().stall().toNanos();
  }

  NettyLoop loop() {
    return loop;
  }

  private void armIdle() {
    if (!settings.times().idle().isZero()) {
      loop.arm(idle, loop.nanoTime() + settings.times().idle().toNanos());
    }
  }

  @Override
  public void headers(
      Http2Stream stream, @Nullable Http2Exchange known, Http2Headers fields, boolean end) {
    if (known == null) {
      request(stream, fields, end);
    } else if (end) {
      known.end(Http2Fields.read(fields));
    }
  }

  @Override
  public void reset(Http2Exchange exchange, long code) {
    exchange.lost(peer.remote() + " reset the stream: code " + code);
  }

  @Override
  public void pong(long data) {
    if (draining && data == DRAIN_PING) {
      sayLastWord();
    }
  }

  private void request(Http2Stream stream, Http2Headers fields, boolean end) {
    String method = String.valueOf(fields.method());
    Headers headers = Http2Fields.read(fields);
    var exchange =
        new Http2Exchange(this, stream, method.equals("HEAD"), !end && expectsContinue(headers));
    session.bind(stream, exchange);
    active++;
    idle.disarm();
    settings.counters().requests.increment();
    settings.counters().active.increment();
    int refusal = refusal(fields, headers);
    if (refusal > 0) {
      exchange.answer(new ServerResponse(refusal, Headers.EMPTY, Optional.empty()));
      return;
    }
    CharSequence authority = fields.authority();
    String host = authority == null ? headers.get("host") : authority.toString();
    headers.remove("host");
    if (end) {
      exchange.end(Headers.EMPTY);
    }
    exchange.handle(
        settings,
        new ServerRequest(
            method,
            peer.scheme(),
            String.valueOf(host),
            String.valueOf(fields.path()),
            peer.clientCert().apply(headers),
            exchange,
            peer.id(),
            peer.remote()));
  }

  private static boolean expectsContinue(Headers headers) {
    return "100-continue".equalsIgnoreCase(headers.get("expect"));
  }

  /** The status that a request is refused with; 0 if it is not. */
  private int refusal(Http2Headers fields, Headers headers) {
    if (headers.size() > settings.maxFields()) {
      return 431;
    }
    String host = headers.get("host");
    if (fields.path() == null
        || fields.method() == null
        || "CONNECT".contentEquals(fields.method())
        || (fields.authority() == null && host == null)
        || (host != null && !Fields.isAuthority(host))) {
      return 400;
    }
    String length = headers.get("content-length");
    return length != null && settings.maxBodyBytes() > 0 && isTooLarge(parse(length)) ? 413 : 0;
  }

  private static long parse(String length) {
    try {
      return Long.parseLong(length);
    } catch (NumberFormatException checkedBefore) {
      return Long.MAX_VALUE;
    }
  }

  boolean isTooLarge(long bytes) {
    return settings.maxBodyBytes() > 0 && bytes > settings.maxBodyBytes();
  }

  void tooLarge(Http2Exchange exchange) {
    if (exchange.isHeadSent()) {
      exchange.onFailure(new IllegalStateException("the request is too large"));
    } else {
      exchange.answer(new ServerResponse(413, Headers.EMPTY, Optional.empty()));
    }
  }

  void headers(Http2Stream stream, Http2Headers head, boolean end) {
    ChannelFuture written = session.headers(stream.id(), head, end);
    if (end) {
      stopRequestAfter(written, stream);
    }
  }

  void end(Http2Stream stream, Headers trailers) {
    stopRequestAfter(session.end(stream, trailers), stream);
  }

  /** RFC 9113, 8.1: after a whole answer the client is told to stop sending, without an error. */
  private void stopRequestAfter(ChannelFuture written, Http2Stream stream) {
    if (stream.state() == Http2Stream.State.OPEN) {
      written.addListener(
          done -> {
            if (done.isSuccess() && stream.state() == Http2Stream.State.HALF_CLOSED_LOCAL) {
              session.reset(stream.id(), Http2Error.NO_ERROR);
            }
          });
    }
  }

  void abort(Http2Stream stream) {
    session.reset(stream.id(), Http2Error.INTERNAL_ERROR);
  }

  Http2Session<Http2Exchange> session() {
    return session;
  }

  void flush() {
    channel.flush();
  }

  @Override
  public void closed(Http2Stream stream, Http2Exchange exchange) {
    active--;
    settings.counters().active.decrement();
    exchange.closed(failure.isEmpty() ? peer.remote() + " closed the stream" : failure);
    if (active == 0) {
      if (lastWordSaid) {
        channel.close();
      } else if (channel.isActive()) {
        armIdle();
      }
    }
  }

  /**
   * Two GOAWAYs (RFC 9113, 6.8): the first lets requests that are on their way come in, the second
   * follows when the client must have seen the first.
   */
  @Override
  public void drain() {
    if (!draining) {
      draining = true;
      session.goAway(Integer.MAX_VALUE);
      session.ping(DRAIN_PING);
    }
  }

  private void sayLastWord() {
    if (!lastWordSaid) {
      lastWordSaid = true;
      session.goAway(session.connection().remote().lastStreamCreated());
      if (active == 0) {
        channel.close();
      }
    }
  }

  @Override
  public void closeIdle() {
    if (draining) {
      sayLastWord();
    } else if (active == 0) {
      drain();
    }
  }

  @Override
  public void inactive() {
    idle.disarm();
    if (failure.isEmpty()) {
      failure = peer.remote() + " closed the connection";
    }
  }

  @Override
  public void failed(Throwable cause) {
    failure = peer.remote() + ": " + cause.getMessage();
  }

  @Override
  public void broken(int streamId, String reason) {
    if (streamId == 0) {
      failure = peer.remote() + ": " + reason;
    }
  }
}
