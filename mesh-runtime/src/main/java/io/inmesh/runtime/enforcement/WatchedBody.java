package io.inmesh.runtime.enforcement;

import io.inmesh.call.Body;
import io.inmesh.call.CallSink.Ended;
import io.inmesh.call.Headers;
import io.inmesh.loop.EventLoop;
import io.inmesh.runtime.engine.IncomingCall;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** An answer's body, whose end ends its call. Driven as the body itself is. */
final class WatchedBody implements Body, Body.Sink {
  private final Body body;
  private final IncomingCall call;
  private final EventLoop loop;
  private @Nullable Sink reader;

  WatchedBody(Body body, IncomingCall call, EventLoop loop) {
    this.body = body;
    this.call = call;
    this.loop = loop;
  }

  private void finish(Ended how) {
    if (loop.inLoop()) {
      call.finish(how);
    } else {
      loop.execute(() -> call.finish(how));
    }
  }

  @Override
  public void open(Sink sink) {
    reader = sink;
    body.open(this);
  }

  @Override
  public void demand(int chunks) {
    body.demand(chunks);
  }

  @Override
  public void cancel() {
    body.cancel();
    finish(Ended.CANCELLED);
  }

  @Override
  public long length() {
    return body.length();
  }

  @Override
  public void onData(ByteBuffer chunk) {
    Sink to = reader;
    if (to != null) {
      to.onData(chunk);
    }
  }

  @Override
  public void onEnd(Headers trailers) {
    finish(Ended.COMPLETE);
    Sink to = reader;
    if (to != null) {
      to.onEnd(trailers);
    }
  }

  @Override
  public void onFailure(Throwable cause) {
    finish(Ended.RESET);
    Sink to = reader;
    if (to != null) {
      to.onFailure(cause);
    }
  }
}
