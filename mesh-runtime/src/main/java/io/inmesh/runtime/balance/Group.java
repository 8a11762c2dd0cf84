package io.inmesh.runtime.balance;

import io.inmesh.config.Locality;
import java.util.List;

/**
 * The hosts of one locality at one priority.
 *
 * @param weight of the locality; 0 where none is given
 * @param priority 0 comes first
 */
public record Group(Locality locality, int weight, int priority, List<? extends Member> hosts) {
  public Group {
    hosts = List.copyOf(hosts);
  }
}
