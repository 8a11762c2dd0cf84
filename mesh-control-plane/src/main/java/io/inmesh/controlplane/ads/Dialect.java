package io.inmesh.controlplane.ads;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One variant of the protocol.
 *
 * @param <Q> requests
 * @param <R> responses
 */
interface Dialect<Q, R> {
  /** What is common to requests of both variants. */
  Request read(Q request);

  /** Whether a request was sent before its client saw our last response, and will be repeated. */
  boolean isStale(Request request, Feed feed);

  /** Takes over what a request says of names. */
  void names(Q request, Feed feed, ServedConfig config);

  /**
   * What is to be sent of new and changed resources; null for nothing.
   *
   * @param askedOnly only what the client waits for
   */
  @Nullable Push<R> additions(Feed feed, ServedConfig config, boolean askedOnly, String nonce);

  /** What is to be sent of removals; null for nothing. */
  @Nullable Push<R> removals(Feed feed, ServedConfig config, String nonce);

  /**
   * The head of a request.
   *
   * @param node null if it was left out
   * @param error of a refusal; null for none
   * @param nonce empty if it answers nothing
   */
  record Request(
      String typeUrl,
      io.inmesh.proto.envoy.config.core.v3.@Nullable Node node,
      @Nullable String error,
      String nonce) {}

  /**
   * A response.
   *
   * @param fresh the resources in it that the client did not have
   */
  record Push<R>(R response, List<ServedResource> fresh) {
    public Push {
      fresh = List.copyOf(fresh);
    }
  }
}
