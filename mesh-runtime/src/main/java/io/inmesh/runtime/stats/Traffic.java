package io.inmesh.runtime.stats;

/**
 * All requests of one kind between the same two. Its numbers are read by any thread; {@link
 * #record} belongs to the loops.
 */
public final class Traffic {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final Relation relation;
  private final Kind kind;
  final long key;
  private final Cells cells = new Cells(1 + 3 * Histogram.CELLS);
  private final Histogram duration = new Histogram(cells, 1, NANOS_PER_MILLI);
  private final Histogram requestBytes = new Histogram(cells, 1 + Histogram.CELLS, 1);
  private final Histogram responseBytes = new Histogram(cells, 1 + 2 * Histogram.CELLS, 1);

  Traffic(Relation relation, Kind kind) {
    this.relation = relation;
    this.kind = kind;
    this.key = Kind.key(kind.status(), kind.flags(), kind.grpcStatus());
  }

  /** Between whom. */
  public Relation relation() {
    return relation;
  }

  /** Which of them. */
  public Kind kind() {
    return kind;
  }

  /**
   * One more request. On the loop of the stripe.
   *
   * @param nanos from its start to its end
   * @param request bytes of the request's body
   * @param response bytes of the response's body
   */
  public void record(int stripe, long nanos, long request, long response) {
    long[] row = cells.row(stripe);
    Cells.add(row, 0, 1);
    duration.add(row, nanos);
    requestBytes.add(row, request);
    responseBytes.add(row, response);
  }

  /** How many requests. */
  public long requests() {
    return cells.sum(0);
  }

  /** Milliseconds from start to end. */
  public Histogram duration() {
    return duration;
  }

  /** Bytes of request bodies. */
  public Histogram requestBytes() {
    return requestBytes;
  }

  /** Bytes of response bodies. */
  public Histogram responseBytes() {
    return responseBytes;
  }
}
