package io.inmesh.runtime.match;

import io.inmesh.call.Headers;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a route may ask of a call before it is chosen. Implemented by the call itself. */
public interface RouteInput {
  /** The current method. */
  String method();

  /** The current scheme. */
  String scheme();

  /** The current authority. */
  String authority();

  /** The current path and query. */
  String path();

  /** The current request headers; not to be written to. */
  Headers headers();

  /** Dynamic metadata: the value of a key in a namespace, or null. */
  @Nullable Object metadata(String namespace, String key);

  /** All dynamic metadata of a namespace; empty if there is none. */
  Map<String, Object> metadataIn(String namespace);

  /** The filter state under a key as text, or null. */
  @Nullable String filterState(String key);

  /**
   * The draw of this call: 64 uniform bits, the same at each call of this method. Envoy uses one
   * number per stream for route fractions, splits and mirrors, so their outcomes are correlated.
   */
  long streamRandom();

  /** Whether the request is internal in Envoy's sense; known once {@link Preparation} has run. */
  boolean internal();

  /** The IP address of whom the request came from originally, as far as it is trusted. */
  String callerAddress();

  /** The IP address of the direct peer; {@code 127.0.0.1} for calls made in this process. */
  String peerAddress();

  /** Whether the request came in over TLS. */
  boolean tls();

  /** Whether the caller presented a certificate. */
  boolean certificatePresented();

  /** Whether the caller's certificate was validated. */
  boolean certificateValidated();
}
