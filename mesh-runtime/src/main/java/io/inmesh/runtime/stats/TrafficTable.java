package io.inmesh.runtime.stats;

import java.util.Arrays;

/** All kinds of requests between the same two. Found by scanning: there are few. */
public final class TrafficTable {
  private static final Traffic[] NONE = {};

  private final Relation relation;
  private final TrafficBook book;
  private volatile Traffic[] kinds = NONE;

  TrafficTable(Relation relation, TrafficBook book) {
    this.relation = relation;
    this.book = book;
  }

  /**
   * The requests of a kind; those beyond the book's limit are counted together. Allocates only when
   * a kind is seen first.
   */
  public Traffic of(int status, int flags, int grpcStatus) {
    long key = Kind.key(status, flags, grpcStatus);
    for (Traffic traffic : kinds) {
      if (traffic.key == key) {
        return traffic;
      }
    }
    return added(new Kind(status, flags, grpcStatus), key);
  }

  private synchronized Traffic added(Kind kind, long key) {
    Traffic[] known = kinds;
    for (Traffic traffic : known) {
      if (traffic.key == key) {
        return traffic;
      }
    }
    var traffic = new Traffic(relation, kind);
    if (!book.admits(traffic)) {
      return book.others();
    }
    var more = Arrays.copyOf(known, known.length + 1);
    more[known.length] = traffic;
    kinds = more;
    return traffic;
  }
}
