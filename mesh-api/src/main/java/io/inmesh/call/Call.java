package io.inmesh.call;

import io.inmesh.config.Route;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One call as filters, logs and the caller see it. Used on its loop, except {@link #cancel}. */
public interface Call {
  /** The request as the application wrote it. */
  Request request();

  /** The current method; filters may have changed it. */
  String method();

  /** The current path and query. */
  String path();

  /** The current authority. */
  String authority();

  /** Replaces path and query; the route is not chosen again by this. */
  void path(String value);

  /** Replaces the authority; the route is not chosen again by this. */
  void authority(String value);

  /** The request headers as they will be sent. Not to be written to. */
  Headers headers();

  /** The same, to write to: the first call makes a copy. */
  Headers editHeaders();

  /** The current route; chosen on entry. Empty if none matched. */
  Optional<Route> route();

  /** Lets the route be chosen again from what the request and the metadata say now. */
  void clearRoute();

  /**
   * Dynamic metadata: the value of a key in a namespace, or null. Values are strings, numbers
   * (Double), booleans, lists, maps.
   */
  @Nullable Object metadata(String namespace, String key);

  /** Sets dynamic metadata. */
  void putMetadata(String namespace, String key, Object value);

  /** After {@link HttpFilter.Verdict#STOP}: go on with the next filter. */
  void resume();

  /**
   * A local reply. It passes the response side of all filters, and the log. No effect once a head
   * has gone out.
   */
  void reply(int status, Headers headers, String body, String details);

  /** Sets a response flag. */
  void flag(Flag flag);

  /** Whether a response flag is set. */
  boolean has(Flag flag);

  /** Where the answer came from, in Envoy's words; empty before there is one. */
  String details();

  /** The response status; zero before the head. */
  int status();

  /** How many attempts have been started. */
  int attempts();

  /** Response body bytes passed on so far. */
  long bytesReceived();

  /** Request body bytes sent so far, in the current attempt. */
  long bytesSent();

  /** When the call started, by its loop's clock. */
  long startNanos();

  /** All of it at this moment, as a value. */
  Outcome outcome();

  /** How many more chunks of the response the caller can take. */
  void demand(int chunks);

  /** Gives up. From any thread, at any time, any number of times. */
  void cancel(String reason);
}
