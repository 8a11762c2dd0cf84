package io.inmesh.runtime.engine;

import io.inmesh.call.Call;
import io.inmesh.call.CallSink;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.config.Action.Forward;
import io.inmesh.config.ClusterSpecifier;
import io.inmesh.config.RetryPolicy;
import io.inmesh.loop.EventLoop;
import io.inmesh.runtime.route.RouteSettings;
import io.inmesh.runtime.stage.FilteredCall.Answer;
import io.inmesh.runtime.stage.FilteredCall.Fetched;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A call that a filter makes beside the one it looks at, or on its own: straight to a cluster, with
 * no filters, its answer collected up to a limit. Owner: its loop.
 */
final class SideCall implements CallSink {
  /** In bytes. */
  private static final int LONGEST = 1 << 20;

  private final Fetched fetched;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private int status;
  private Headers headers = Headers.EMPTY;
  private Headers last = Headers.EMPTY;
  private boolean tooLong;

  private SideCall(Fetched fetched) {
    this.fetched = fetched;
  }

  /** Who asks: a call, or nobody in particular. */
  record From(
      RouteSettings settings, Clusters clusters, Surroundings surroundings, EventLoop loop) {}

  static Call start(
      From from, String cluster, Request request, Optional<RetryPolicy> retry, Fetched fetched) {
    Forward once = Forward.to(new ClusterSpecifier.Named(cluster));
    Forward forward = retry.map(once::withRetry).orElse(once);
    HttpChain chain = HttpChain.straight("side", forward, from.settings);
    var call =
        new OutgoingCall(
            chain, from.clusters, "", from.surroundings, from.loop, request, new SideCall(fetched));
    call.enter();
    call.proceed();
    call.demand(Integer.MAX_VALUE);
    return call;
  }

  @Override
  public void onHead(int code, Headers fields) {
    status = code;
    headers = fields;
  }

  @Override
  public void onData(ByteBuffer chunk) {
    if (body.size() + chunk.remaining() > LONGEST) {
      tooLong = true;
    } else {
      byte[] bytes = new byte[chunk.remaining()];
      chunk.get(bytes);
      body.writeBytes(bytes);
    }
  }

  @Override
  public void onTrailers(Headers trailers) {
    last = trailers;
  }

  @Override
  public void onEnd(Ended how) {
    boolean whole = how == Ended.COMPLETE && !tooLong;
    fetched.answered(whole ? new Answer(status, headers, body.toByteArray(), last) : null);
  }
}
