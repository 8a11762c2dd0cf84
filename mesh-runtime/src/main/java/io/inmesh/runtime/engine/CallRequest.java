package io.inmesh.runtime.engine;

import io.inmesh.call.Call;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.loop.EventLoop;
import io.inmesh.runtime.downstream.Downstream;
import io.inmesh.runtime.route.RoutedCall;
import io.inmesh.transport.Stream;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The request of a call as it is now, where it comes from, and what was found out about it. Owner:
 * its loop.
 */
abstract class CallRequest implements Call, RoutedCall, Stream.RequestHead {
  private static final String LOCAL = "127.0.0.1";

  final EventLoop loop;
  final @Nullable Downstream downstream;
  private final Request request;
  private final long start;
  private final long draw;

  private String method;
  private String scheme;
  private String authority;
  private String path;
  private @Nullable Headers edited;
  private String caller = LOCAL;
  private boolean internal;
  private @Nullable Map<String, Map<String, Object>> metadata;

  CallRequest(EventLoop loop, Request request, @Nullable Downstream downstream) {
    this.loop = loop;
    this.request = request;
    this.downstream = downstream;
    this.start = loop.nanoTime();
    this.draw = loop.random();
    this.method = request.method();
    this.scheme = request.scheme();
    this.authority = request.authority();
    this.path = request.path();
  }

  @Override
  public final Request request() {
    return request;
  }

  @Override
  public final String method() {
    return method;
  }

  @Override
  public final String scheme() {
    return scheme;
  }

  @Override
  public final void scheme(String value) {
    scheme = value;
  }

  @Override
  public final String authority() {
    return authority;
  }

  @Override
  public final void authority(String value) {
    authority = value;
  }

  @Override
  public final String path() {
    return path;
  }

  @Override
  public final void path(String value) {
    path = value;
  }

  @Override
  public final Headers headers() {
    return edited != null ? edited : request.headers();
  }

  @Override
  public final Headers editHeaders() {
    Headers own = edited;
    if (own == null) {
      own = request.headers().copy();
      edited = own;
    }
    return own;
  }

  @Override
  public final void caller(String address, boolean isInternal) {
    caller = address;
    internal = isInternal;
  }

  @Override
  public final boolean internal() {
    return internal;
  }

  @Override
  public final String callerAddress() {
    return caller;
  }

  @Override
  public final String peerAddress() {
    return downstream == null ? LOCAL : downstream.remote().host();
  }

  @Override
  public final boolean tls() {
    return downstream == null ? request.scheme().equals("https") : downstream.tls();
  }

  @Override
  public final boolean certificatePresented() {
    return downstream != null && downstream.names() != null;
  }

  @Override
  public final boolean certificateValidated() {
    return certificatePresented();
  }

  @Override
  public final long streamRandom() {
    return draw;
  }

  @Override
  public final @Nullable String filterState(String key) {
    return null;
  }

  @Override
  public final @Nullable Object metadata(String namespace, String key) {
    return metadataIn(namespace).get(key);
  }

  @Override
  public final Map<String, Object> metadataIn(String namespace) {
    return metadata == null ? Map.of() : metadata.getOrDefault(namespace, Map.of());
  }

  @Override
  public final void putMetadata(String namespace, String key, Object value) {
    if (metadata == null) {
      metadata = new HashMap<>();
    }
    metadata.computeIfAbsent(namespace, absent -> new HashMap<>()).put(key, value);
  }

  @Override
  public final String protocol() {
    return "HTTP/1.1";
  }

  @Override
  public final long startNanos() {
    return start;
  }

  @Override
  public final long nowNanos() {
    return loop.nanoTime();
  }

  /** Replaces the method. */
  public final void method(String value) {
    method = value;
  }

  /** Whether it is a gRPC call by its content type. */
  final boolean isGrpc() {
    return Grpc.isRequest(headers());
  }

  /** Replaces all headers. */
  final void headers(Headers value) {
    edited = value;
  }

  final void forgetMetadata() {
    metadata = null;
  }
}
