package io.inmesh.runtime.route;

/** Takes what a route and a request say about time. Implemented by the call. */
public interface CallLimits {
  /**
   * All in nanoseconds, zero for none.
   *
   * @param response from the end of the request to the end of the response, over all attempts
   * @param perTry for one attempt's response
   * @param perTryIdle without a byte of the response in one attempt
   * @param maxStream from the start of the request to the end of the response; 1 if the request's
   *     own limit is zero: it is over at once
   * @param idle without a byte in either direction; -1 for the listener's
   */
  void limits(long response, long perTry, long perTryIdle, long maxStream, long idle);

  /**
   * An attempt whose time is up goes on, and another one races with it. Source:
   * hedge_on_per_try_timeout.
   */
  void hedged();

  /**
   * The status of the reply when time is up; 504 unless this is called. Source:
   * x-envoy-upstream-rq-timeout-alt-response.
   */
  void timeoutStatus(int status);
}
