package io.inmesh.controlplane.config;

import java.util.LinkedHashMap;
import java.util.Map;

/** A map of so many entries at most; the one not asked for the longest is forgotten. */
public final class Recent<K, V> extends LinkedHashMap<K, V> {
  private static final long serialVersionUID = 1;

  private final int most;

  /** Without entries. */
  public Recent(int most) {
    super(16, 0.75f, true);
    this.most = most;
  }

  @Override
  protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
    return size() > most;
  }
}
