package io.inmesh.runtime.edge;

import io.inmesh.call.Call;
import io.inmesh.call.CallSink;
import io.inmesh.call.Flag;
import io.inmesh.call.Headers;
import io.inmesh.call.Outcome;
import io.inmesh.call.Request;
import io.inmesh.config.Route;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** A call that does what a test tells it. */
final class FakeCall implements Call {
  final Request request;
  final CallSink sink;
  int demand;
  String cancelled = "";

  FakeCall(Request request, CallSink sink) {
    this.request = request;
    this.sink = sink;
  }

  @Override
  public void demand(int chunks) {
    demand = (int) Math.min((long) demand + chunks, Integer.MAX_VALUE);
  }

  @Override
  public void cancel(String reason) {
    if (cancelled.isEmpty()) {
      cancelled = reason;
      sink.onEnd(CallSink.Ended.CANCELLED);
    }
  }

  @Override
  public Outcome outcome() {
    return new Outcome(Set.of(), "details", "route", "cluster", "1.2.3.4:5", 1, "7", Duration.ZERO);
  }

  @Override
  public Request request() {
    return request;
  }

  @Override
  public String method() {
    return request.method();
  }

  @Override
  public String path() {
    return request.path();
  }

  @Override
  public String authority() {
    return request.authority();
  }

  @Override
  public void path(String value) {}

  @Override
  public void authority(String value) {}

  @Override
  public Headers headers() {
    return request.headers();
  }

  @Override
  public Headers editHeaders() {
    return request.headers().copy();
  }

  @Override
  public Optional<Route> route() {
    return Optional.empty();
  }

  @Override
  public void clearRoute() {}

  @Override
  public Object metadata(String namespace, String key) {
    return "";
  }

  @Override
  public void putMetadata(String namespace, String key, Object value) {}

  @Override
  public void resume() {}

  @Override
  public void reply(int status, Headers headers, String body, String details) {}

  @Override
  public void flag(Flag flag) {}

  @Override
  public boolean has(Flag flag) {
    return false;
  }

  @Override
  public String details() {
    return "details";
  }

  @Override
  public int status() {
    return 0;
  }

  @Override
  public int attempts() {
    return 1;
  }

  @Override
  public long bytesReceived() {
    return 0;
  }

  @Override
  public long bytesSent() {
    return 0;
  }

  @Override
  public long startNanos() {
    return 0;
  }
}
