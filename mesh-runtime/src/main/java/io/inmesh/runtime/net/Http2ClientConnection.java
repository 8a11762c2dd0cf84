package io.inmesh.runtime.net;

import io.inmesh.call.Headers;
import io.inmesh.config.ProtocolOptions;
import io.inmesh.loop.Timer;
import io.inmesh.runtime.tls.TlsFailure;
import io.inmesh.runtime.wire.Http2Fields;
import io.inmesh.runtime.wire.Http2Resets;
import io.inmesh.runtime.wire.Http2Session;
import io.inmesh.runtime.wire.Http2Texts;
import io.inmesh.transport.Stream;
import io.inmesh.transport.Stream.Closed;
import io.inmesh.transport.Stream.RequestHead;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/2 connection as a client. Owner: its loop. It works once the peer's settings are here.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Failures come through the pipeline.
final class Http2ClientConnection extends Link implements Http2Session.Owner<Http2ClientStream> {
  private static final long MAX_FIELDS_BYTES = 64 * 1024;

  private final Connecting connecting;
  private final Http2Session<Http2ClientStream> session;
  private final Http2Connection connection;
  private final Http2Texts recent = new Http2Texts();
  private final List<Http2ClientStream> unsent = new ArrayList<>();
  private boolean established;
  private boolean awaitingPong;
  private String failure = "";
  private @Nullable Closed failed;
  private final Timer keepAlive =
      new Timer() {
        @Override
        protected void onTimer() {
          ping();
        }
      };

  Http2ClientConnection(LoopPool pool, Channel channel, Connecting connecting) {
    super(pool, channel);
    this.connecting = connecting;
    ProtocolOptions.Http2 options = options();
    var settings =
        new Http2Settings()
            .pushEnabled(false)
            .initialWindowSize(options.initialStreamWindow())
            .maxHeaderListSize(MAX_FIELDS_BYTES);
    this.session =
        new Http2Session<>(channel, false, settings, options.initialConnectionWindow(), this);
    this.connection = session.connection();
  }

  private ProtocolOptions.Http2 options() {
    return pool.settings().protocol().http2();
  }

  /** Says the first words. */
  void begin() {
    session.begin();
  }

  Http2Session<Http2ClientStream> session() {
    return session;
  }

  @Override
  int capacity() {
    return Math.min(connection.local().maxActiveStreams(), options().maxConcurrentStreams());
  }

  @Override
  void start(Stream.Handler handler) {
    var stream = new Http2ClientStream(this, handler);
    unsent.add(stream);
    handler.onOpen(stream);
  }

  void neverSent(Http2ClientStream stream) {
    unsent.remove(stream);
  }

  /** Sends a head; null if the connection cannot any more, then the stream will be closed. */
  @Nullable Http2Stream head(
      Http2ClientStream stream,
      RequestHead head,
      Headers headers,
      long contentLength,
      boolean end) {
    if (!channel.isActive()) {
      return null;
    }
    int id = connection.local().incrementAndGetNextStreamId();
    ChannelFuture written =
        session.headers(id, Http2Fields.request(head, headers, contentLength, recent), end);
    unsent.remove(stream);
    Http2Stream opened = connection.stream(id);
    if (opened == null) {
      String why = written.cause() == null ? "no stream" : written.cause().getMessage();
      retire("it has no further streams");
      pool.loop().execute(() -> stream.closed(Closed.REFUSED, peer() + ": " + why));
      return null;
    }
    stream.written(written);
    session.bind(opened, stream);
    return opened;
  }

  private String peer() {
    return pool.settings().address().toString();
  }

  @Override
  public void settings() {
    pool.connector().streamsAllowed(connection.local().maxActiveStreams());
    if (!established) {
      established = true;
      connecting.established(this);
      armKeepAlive();
    } else {
      pool.hasRoom(this);
    }
  }

  @Override
  public void headers(
      Http2Stream stream, @Nullable Http2ClientStream mine, Http2Headers fields, boolean end) {
    if (mine == null) {
      return;
    }
    int status = Http2Fields.status(fields);
    boolean first = !mine.isHeadReceived();
    if (first && (status < 100 || status == 101 || (status < 200 && end))) {
      broken(stream.id(), status == 0 ? "a response without a status" : "status " + status);
      session.reset(stream.id(), Http2Error.PROTOCOL_ERROR);
    } else if (first && status < 200) {
      mine.heard(status);
    } else {
      mine.headers(status, Http2Fields.read(fields), end);
    }
  }

  @Override
  public void reset(Http2ClientStream mine, long code) {
    if (!(mine.isHeadReceived() && code == Http2Error.NO_ERROR.code())) {
      mine.how = Http2Resets.closed(code);
      mine.reason = peer() + " reset the stream: " + name(code);
    }
  }

  @Override
  public void goAway(long code) {
    failure = peer() + " ended the connection: " + name(code);
    retire("the peer said GOAWAY " + name(code));
  }

  @Override
  public void pong(long data) {
    awaitingPong = false;
    armKeepAlive();
  }

  private static String name(long code) {
    Http2Error known = Http2Error.valueOf(code);
    return known == null ? "code " + code : known.name();
  }

  @Override
  public void closed(Http2Stream stream, Http2ClientStream mine) {
    if (mine.isWhole()) {
      mine.closed(Closed.COMPLETE, "");
      return;
    }
    if (failed != null) {
      mine.closed(failed, failure);
      return;
    }
    boolean unseen =
        connection.goAwayReceived() && stream.id() > connection.local().lastStreamKnownByPeer();
    mine.closed(
        unseen || !mine.isSent() ? Closed.REFUSED : Closed.TERMINATED,
        failure.isEmpty() ? peer() + " closed the connection" : failure);
  }

  @Override
  public void inactive() {
    keepAlive.disarm();
    if (!established) {
      connecting.failed(
          failure.isEmpty() ? "closed the connection instead of speaking HTTP/2" : failure);
      return;
    }
    gone();
    for (Http2ClientStream stream : List.copyOf(unsent)) {
      stream.closed(Closed.REFUSED, peer() + " closed the connection");
    }
    unsent.clear();
  }

  @Override
  public void failed(Throwable cause) {
    if (failure.isEmpty() || !established) {
      String why = TlsFailure.reason(cause, established ? own() : connecting.own());
      failure = established ? peer() + ": " + why : why;
    }
  }

  @Override
  public void broken(int streamId, String reason) {
    if (streamId == 0) {
      failure = established ? peer() + ": " + reason : reason;
      failed = Closed.PROTOCOL_ERROR;
      return;
    }
    Http2ClientStream mine = session.exchange(streamId);
    if (mine != null) {
      mine.how = Closed.PROTOCOL_ERROR;
      mine.reason = peer() + ": " + reason;
    }
  }

  private void armKeepAlive() {
    long interval = options().keepAliveInterval().toNanos();
    if (interval > 0) {
      pool.loop().arm(keepAlive, pool.loop().nanoTime() + interval);
    }
  }

  private void ping() {
    if (awaitingPong) {
      failure = peer() + " does not answer pings";
      channel.close();
      return;
    }
    awaitingPong = true;
    session.ping(1);
    pool.loop().arm(keepAlive, pool.loop().nanoTime() + options().keepAliveTimeout().toNanos());
  }

  @Override
  void finish() {
    session.goAway(0);
    channel.close();
  }
}
