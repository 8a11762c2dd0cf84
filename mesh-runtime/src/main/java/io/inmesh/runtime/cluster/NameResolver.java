package io.inmesh.runtime.cluster;

import io.inmesh.config.Cluster.Family;
import java.time.Duration;
import java.util.List;

/** Looks up the addresses of names, without blocking the caller. */
@FunctionalInterface
public interface NameResolver {
  /** Answers exactly once, on any thread, maybe before this returns. */
  void resolve(String name, Family family, Answer answer);

  /** Takes an answer. */
  interface Answer {
    /**
     * The addresses in text, in the resolver's order; none if the name has none.
     *
     * @param timeToLive zero if not known
     */
    void resolved(List<String> addresses, Duration timeToLive);

    /** The name could not be looked up; what was known of it before still holds. */
    void failed(String reason);
  }
}
