package io.inmesh.call;

/**
 * A stage of a listener's chain. One object serves all calls: what it remembers of one call lives
 * in the call.
 */
public interface HttpFilter {
  /** What a filter says of a request. */
  enum Verdict {
    /** Go on with the next filter. */
    CONTINUE,
    /** The filter has replied, or will resume or reply later. */
    STOP
  }

  /** Before the request is routed, in the order of the config. */
  default Verdict onRequest(Call call) {
    return Verdict.CONTINUE;
  }

  /**
   * Whether {@link #onRequest} reads and changes nothing but the call: no tokens, no counters, no
   * timers, nobody else. Only such filters are asked when a request is explained.
   */
  default boolean isPure() {
    return false;
  }

  /**
   * In reverse order; also for local replies, even where {@link #onRequest} was not reached.
   * Headers may be written to.
   */
  default void onResponse(Call call, int status, Headers headers) {}

  /** Once, if {@link #onRequest} was reached, however the call ended. */
  default void onEnd(Call call) {}
}
