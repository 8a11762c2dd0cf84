package io.inmesh.transport;

/**
 * A cluster's limits on connections and on requests that wait for one. Called from all loops;
 * exact. Source: circuit_breakers.
 */
public interface ConnectionLimits {
  /** Asks for one more connection; false when {@code max_connections} is reached. */
  boolean tryConnect();

  /** One more connection although the limit is reached: each host may open one. */
  void forceConnect();

  /** A connection that was granted is closed, or was never opened. */
  void disconnected();

  /**
   * Asks for a place to wait for a connection; false when {@code max_pending_requests} is reached.
   */
  boolean tryWait();

  /** A request that waited no longer waits. */
  void waited();

  /** No limits. */
  ConnectionLimits NONE =
      new ConnectionLimits() {
        @Override
        public boolean tryConnect() {
          return true;
        }

        @Override
        public void forceConnect() {}

        @Override
        public void disconnected() {}

        @Override
        public boolean tryWait() {
          return true;
        }

        @Override
        public void waited() {}
      };
}
