package io.inmesh.runtime.route;

import io.inmesh.call.Headers;

/** What is done to responses beside the route's own mutations. */
public final class ResponsePreparation {
  public ResponsePreparation(RouteSettings settings) {}

  /**
   * A response of a host, before filters see it: {@code x-envoy-upstream-service-time}, attempt
   * count, the route's mutations.
   */
  public void fromUpstream(CallFacts call, Headers response, long serviceMillis) {
    throw new UnsupportedOperationException();
  }

  /**
   * A local reply, before filters see it. A gRPC call gets 200 with {@code grpc-status}.
   *
   * @param router whether the router made it: then the route's mutations apply
   * @return the body that is left
   */
  public LocalReply local(CallFacts call, LocalReply reply, boolean router) {
    throw new UnsupportedOperationException();
  }

  /** Any response, after all filters: {@code server}, {@code via}, {@code x-request-id}. */
  public void toCaller(CallFacts call, Headers response) {
    throw new UnsupportedOperationException();
  }
}
