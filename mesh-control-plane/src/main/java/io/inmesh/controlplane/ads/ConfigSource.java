package io.inmesh.controlplane.ads;

/** Where the server takes what it serves. */
public interface ConfigSource {
  /**
   * The config of a node, now. Called on the server's loop; answers at once. The same object as
   * long as nothing has changed, and for all nodes that get the same.
   */
  ServedConfig configOf(ServedNode node);

  /** Runs {@code listener}, on any thread, when what {@link #configOf} answers may have changed. */
  void onChange(Runnable listener);
}
