package io.inmesh.balance;

import java.util.List;

/** A way of choosing among hosts. */
@FunctionalInterface
public interface LoadBalancer {
  /**
   * Called by the cluster's writer whenever hosts change; {@code hosts} are the usable ones and may
   * be none.
   */
  Picker picker(List<? extends Host> hosts);
}
