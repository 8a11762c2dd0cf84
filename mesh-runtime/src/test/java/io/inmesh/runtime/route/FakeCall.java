package io.inmesh.runtime.route;

import io.inmesh.call.Flag;
import io.inmesh.call.Headers;
import io.inmesh.config.Cluster;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.Route;
import io.inmesh.config.VirtualHost;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A call whose facts a test sets. */
final class FakeCall implements RoutedCall, CallLimits, HashSink {
  String method = "GET";
  String scheme = "http";
  String authority = "foo.com";
  String path = "/";
  Headers headers = new Headers();
  final Map<String, Map<String, Object>> metadata = new HashMap<>();
  final Map<String, String> state = new HashMap<>();
  long random;
  boolean internal;
  String caller = "127.0.0.1";
  String peer = "127.0.0.1";
  boolean tls;
  @Nullable RouteEntry<?> entry;
  @Nullable Cluster cluster;
  @Nullable Endpoint endpoint;
  int status;
  boolean hedged;
  Headers responseHeaders = Headers.EMPTY;
  Headers trailers = Headers.EMPTY;
  String details = "";
  final Set<Flag> flags = new LinkedHashSet<>();
  int attempts;
  String localBody = "";

  long response = -2;
  long perTry = -2;
  long maxStream = -2;
  int timeoutStatus = 504;
  @Nullable Long hash;
  @Nullable String cookie;

  static FakeCall to(String authority, String path, String... headers) {
    var call = new FakeCall();
    call.authority = authority;
    call.path = path;
    call.headers = Headers.of(headers);
    return call;
  }

  static FakeCall get(String path, String... headers) {
    return to("foo.com", path, headers);
  }

  @Override
  public String method() {
    return method;
  }

  @Override
  public String scheme() {
    return scheme;
  }

  @Override
  public String authority() {
    return authority;
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public Headers headers() {
    return headers;
  }

  @Override
  public @Nullable Object metadata(String namespace, String key) {
    return metadataIn(namespace).get(key);
  }

  @Override
  public Map<String, Object> metadataIn(String namespace) {
    return metadata.getOrDefault(namespace, Map.of());
  }

  @Override
  public @Nullable String filterState(String key) {
    return state.get(key);
  }

  @Override
  public long streamRandom() {
    return random;
  }

  @Override
  public boolean internal() {
    return internal;
  }

  @Override
  public String callerAddress() {
    return caller;
  }

  @Override
  public String peerAddress() {
    return peer;
  }

  @Override
  public boolean tls() {
    return tls;
  }

  @Override
  public boolean certificatePresented() {
    return false;
  }

  @Override
  public boolean certificateValidated() {
    return false;
  }

  @Override
  public String protocol() {
    return "HTTP/1.1";
  }

  @Override
  public @Nullable RouteEntry<?> entry() {
    return entry;
  }

  @Override
  public Optional<Route> route() {
    return entry == null ? Optional.empty() : entry.view();
  }

  @Override
  public @Nullable VirtualHost virtualHost() {
    return entry == null ? null : entry.virtualHost();
  }

  @Override
  public @Nullable Cluster clusterConfig() {
    return cluster;
  }

  @Override
  public @Nullable Endpoint endpoint() {
    return endpoint;
  }

  @Override
  public String virtualCluster() {
    return "";
  }

  @Override
  public int status() {
    return status;
  }

  @Override
  public Headers responseHeaders() {
    return responseHeaders;
  }

  @Override
  public Headers responseTrailers() {
    return trailers;
  }

  @Override
  public String details() {
    return details;
  }

  @Override
  public List<Flag> flags() {
    return List.copyOf(flags);
  }

  @Override
  public boolean has(Flag flag) {
    return flags.contains(flag);
  }

  @Override
  public int attempts() {
    return attempts;
  }

  @Override
  public long bytesReceived() {
    return 7;
  }

  @Override
  public long bytesSent() {
    return 5;
  }

  @Override
  public long startNanos() {
    return 1_000_000;
  }

  @Override
  public long nowNanos() {
    return 13_000_000;
  }

  @Override
  public String transportFailure() {
    return "";
  }

  @Override
  public String localReplyBody() {
    return localBody;
  }

  @Override
  public Headers editHeaders() {
    return headers;
  }

  @Override
  public void scheme(String value) {
    scheme = value;
  }

  @Override
  public void authority(String value) {
    authority = value;
  }

  @Override
  public void path(String value) {
    path = value;
  }

  @Override
  public void caller(String address, boolean isInternal) {
    caller = address;
    internal = isInternal;
  }

  @Override
  public void hedged() {
    hedged = true;
  }

  @Override
  public void limits(
      long responseNanos, long perTryNanos, long perTryIdle, long maxStreamNanos, long idle) {
    response = responseNanos;
    perTry = perTryNanos;
    maxStream = maxStreamNanos;
  }

  @Override
  public void timeoutStatus(int value) {
    timeoutStatus = value;
  }

  @Override
  public void onHash(long value) {
    hash = value;
  }

  @Override
  public void onCookie(String setCookie) {
    cookie = setCookie;
  }
}
