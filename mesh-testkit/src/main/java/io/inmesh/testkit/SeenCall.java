package io.inmesh.testkit;

import io.inmesh.call.CallSink;
import io.inmesh.call.Headers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A sink that remembers what came, and refuses what must not come. */
public final class SeenCall implements CallSink {
  private final StringBuilder body = new StringBuilder();
  private final List<String> order = new ArrayList<>();
  private int status;
  private Headers headers = Headers.EMPTY;
  private Headers trailers = Headers.EMPTY;
  private @Nullable Ended ended;

  private void step(String what, boolean allowed) {
    order.add(what);
    if (!allowed || ended != null) {
      throw new AssertionError("out of order: " + order);
    }
  }

  @Override
  public void onHead(int code, Headers fields) {
    step("head", status == 0);
    status = code;
    headers = fields.copy().freeze();
  }

  @Override
  public void onData(ByteBuffer chunk) {
    step("data", status != 0 && !order.contains("trailers"));
    body.append(StandardCharsets.UTF_8.decode(chunk));
  }

  @Override
  public void onTrailers(Headers last) {
    step("trailers", status != 0 && !order.contains("trailers"));
    trailers = last.copy().freeze();
  }

  @Override
  public void onEnd(Ended how) {
    step("end", true);
    ended = how;
  }

  /** The status; zero before the head. */
  public int status() {
    return status;
  }

  /** The response's headers. */
  public Headers headers() {
    return headers;
  }

  /** The body so far. */
  public String body() {
    return body.toString();
  }

  /** The trailers. */
  public Headers trailers() {
    return trailers;
  }

  /** How it ended; null while it has not. */
  public @Nullable Ended ended() {
    return ended;
  }

  /** What came, in order. */
  public List<String> order() {
    return order;
  }
}
