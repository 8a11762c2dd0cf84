package io.inmesh.runtime.engine;

import io.inmesh.call.Flag;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.loop.EventLoop;
import io.inmesh.runtime.downstream.Downstream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is known of a call's answer: status, headers, flags, details, bytes. Owner: its loop. */
abstract class CallOutcome extends CallRequest {
  private String details = "";
  private List<Flag> flags = List.of();
  private Headers responseHeaders = Headers.EMPTY;
  private Headers responseTrailers = Headers.EMPTY;
  private String localBody = "";

  int status;
  long received;
  long sent;

  CallOutcome(EventLoop loop, Request request, @Nullable Downstream downstream) {
    super(loop, request, downstream);
  }

  /** Whether any response flag is set. */
  public final boolean isFlagged() {
    return !flags.isEmpty();
  }

  /** All response flags: the bits of their places. */
  final int flagBits() {
    int bits = 0;
    for (int i = 0; i < flags.size(); i++) {
      bits |= 1 << flags.get(i).ordinal();
    }
    return bits;
  }

  @Override
  public final void flag(Flag flag) {
    if (flags.isEmpty()) {
      flags = new ArrayList<>(2);
    }
    if (!flags.contains(flag)) {
      flags.add(flag);
    }
  }

  @Override
  public final List<Flag> flags() {
    return flags;
  }

  @Override
  public final boolean has(Flag flag) {
    return flags.contains(flag);
  }

  final void details(String value) {
    details = value;
  }

  @Override
  public final String details() {
    return details;
  }

  @Override
  public final int status() {
    return status;
  }

  final void response(int code, Headers headers) {
    status = code;
    responseHeaders = headers;
  }

  @Override
  public final Headers responseHeaders() {
    return responseHeaders;
  }

  final void responseTrailers(Headers trailers) {
    responseTrailers = trailers;
  }

  @Override
  public final Headers responseTrailers() {
    return responseTrailers;
  }

  final void localReplyBody(String body) {
    localBody = body;
  }

  @Override
  public final String localReplyBody() {
    return localBody;
  }

  @Override
  public final long bytesReceived() {
    return received;
  }

  @Override
  public final long bytesSent() {
    return sent;
  }

  final void forgetFlags() {
    flags = List.of();
  }
}
