package io.inmesh.config;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Which ends of an attempt are meant: by kind, and single statuses.
 *
 * @param statuses of answers, 100 to 599; for gRPC those that stand for its codes
 */
public record Failures(Set<Kind> kinds, Set<Integer> statuses) {
  /** No answer that could be used; what a circuit breaker takes for a failure by default. */
  public static final Failures OF_A_SERVICE =
      of(Kind.SERVER_ERROR, Kind.CONNECT_FAILURE, Kind.RESET, Kind.TIMEOUT);

  /** No answer at all, for whatever reason; what a fallback stands in for by default. */
  public static final Failures WITHOUT_ANSWER =
      of(
          Kind.CONNECT_FAILURE,
          Kind.RESET,
          Kind.TIMEOUT,
          Kind.NO_HOST,
          Kind.OVERFLOW,
          Kind.CIRCUIT_BREAKER_OPEN);

  public Failures {
    kinds = Set.copyOf(kinds);
    statuses = Set.copyOf(statuses);
  }

  private static Failures of(Kind first, Kind... others) {
    return new Failures(EnumSet.of(first, others), Set.of());
  }

  /** Whether an end of this kind, without a status, is meant. */
  public boolean has(Kind kind) {
    return kinds.contains(kind);
  }

  /** Whether an answer of this status is meant. */
  public boolean hasStatus(int status) {
    return (status >= 500 && kinds.contains(Kind.SERVER_ERROR))
        || (!statuses.isEmpty() && statuses.contains(status));
  }

  /** How an attempt can end badly. */
  public enum Kind {
    /** An answer of 500 or more; a gRPC status that stands for one. */
    SERVER_ERROR("5xx"),
    /** No connection, or not in time. */
    CONNECT_FAILURE("connect-failure"),
    /** The connection or the exchange broke after the request had been sent. */
    RESET("reset"),
    /** One of the call's time limits. */
    TIMEOUT("timeout"),
    /** No host to choose. */
    NO_HOST("no-healthy-upstream"),
    /** A limit of the cluster, see {@link CircuitBreakers}. */
    OVERFLOW("overflow"),
    /** Its {@link CircuitBreaker} is open. */
    CIRCUIT_BREAKER_OPEN("circuit-breaker-open");

    private final String token;

    Kind(String token) {
      this.token = token;
    }

    /** As it is written in files. */
    public String token() {
      return token;
    }

    /** As it stands in response code details. */
    public String details() {
      return token.toLowerCase(Locale.ROOT).replace('-', '_');
    }

    /** The kind that is written so. */
    public static Optional<Kind> of(String token) {
      for (Kind kind : values()) {
        if (kind.token.equals(token)) {
          return Optional.of(kind);
        }
      }
      return Optional.empty();
    }
  }
}
