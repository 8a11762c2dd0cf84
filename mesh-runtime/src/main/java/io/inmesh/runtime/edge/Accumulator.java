package io.inmesh.runtime.edge;

import io.inmesh.call.Call;
import io.inmesh.call.CallSink;
import io.inmesh.call.Headers;
import io.inmesh.call.MeshException;
import io.inmesh.call.Response;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Collects a whole response, up to a limit. Owner: the call's loop, until {@link #finished} is
 * called there, once. The call may end before the caller of {@link CallStarter#call} has it in
 * hand: then {@link #bind} finishes it.
 */
abstract class Accumulator implements CallSink {
  private static final byte[] NONE = {};

  private final int limit;
  private byte[] bytes = NONE;
  private int length;
  private int status;
  private Headers headers = Headers.EMPTY;
  private Headers trailers = Headers.EMPTY;
  private @Nullable Call call;
  private @Nullable Ended ended;
  private boolean tooLarge;

  Accumulator(int limit) {
    this.limit = limit;
  }

  /** Exactly one of the two is there. */
  abstract void finished(@Nullable Response response, @Nullable MeshException failure);

  final void bind(Call started) {
    call = started;
    if (ended != null) {
      finish(started, ended);
    } else {
      started.demand(Integer.MAX_VALUE);
    }
  }

  @Override
  public final void onHead(int code, Headers head) {
    status = code;
    headers = head;
    String announced = head.get("content-length");
    if (announced != null && announced.length() < 9) {
      expect(announced);
    }
  }

  /** Makes room for what is announced, so that an honest length costs one array. */
  private void expect(String announced) {
    int total = 0;
    for (int i = 0; i < announced.length(); i++) {
      int digit = announced.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return;
      }
      total = total * 10 + digit;
    }
    bytes = total == 0 ? NONE : new byte[Math.min(total, Math.min(limit, 1 << 20))];
  }

  @Override
  public final void onData(ByteBuffer chunk) {
    int more = chunk.remaining();
    if (tooLarge) {
      return;
    }
    if (more > limit - length) {
      tooLarge = true;
      bytes = NONE;
      Call started = call;
      if (started != null) {
        started.cancel("the response is larger than " + limit + " bytes");
      }
      return;
    }
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(length + more, Math.min(limit, bytes.length * 2)));
    }
    chunk.get(bytes, length, more);
    length += more;
  }

  @Override
  public final void onTrailers(Headers last) {
    trailers = last;
  }

  @Override
  public final void onEnd(Ended how) {
    Call started = call;
    if (started == null) {
      ended = how;
    } else {
      finish(started, how);
    }
  }

  private void finish(Call started, Ended how) {
    if (tooLarge) {
      String reason = "the response is larger than " + limit + " bytes";
      finished(null, new MeshException.TooLarge(reason, started.outcome()));
    } else if (how == Ended.COMPLETE) {
      ByteBuffer body = ByteBuffer.wrap(bytes, 0, length);
      finished(new Response(status, headers, body, trailers, started.outcome()), null);
    } else {
      finished(null, Failures.of(started, how));
    }
  }
}
