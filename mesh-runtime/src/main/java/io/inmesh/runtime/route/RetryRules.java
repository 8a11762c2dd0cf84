package io.inmesh.runtime.route;

import io.inmesh.call.Headers;
import io.inmesh.config.RetryPolicy.HostSelection;
import io.inmesh.transport.Stream;

/** When and how a call is tried again: policy and request headers together. */
public abstract class RetryRules {
  /** How often after the first try. */
  public abstract int retries();

  /** Whether a response head asks for another try. {@code end}: nothing follows the head. */
  public abstract boolean onHead(int status, Headers headers, boolean end);

  /**
   * Whether a broken attempt asks for another try.
   *
   * @param requestSent whether the request's head had gone out
   */
  public abstract boolean onFailure(Stream.Closed how, boolean requestSent);

  /** Whether an attempt that took too long asks for another try. */
  public abstract boolean onTimeout();

  /**
   * Nanoseconds before the next attempt.
   *
   * @param attempt 1 for the first further attempt
   * @param response the headers that caused it; {@link Headers#EMPTY} for a failure
   * @param random a uniform draw
   * @param unixSeconds the wall clock
   */
  public abstract long backOff(int attempt, Headers response, long random, long unixSeconds);

  /** Which hosts a further attempt may take. */
  public abstract HostSelection hosts();
}
