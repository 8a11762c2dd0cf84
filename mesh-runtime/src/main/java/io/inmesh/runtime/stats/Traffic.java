package io.inmesh.runtime.stats;

/**
 * All requests of one kind between the same two. Its numbers are read by any thread; {@link
 * #record} belongs to the loops.
 */
public final class Traffic {
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final int REQUESTS = 0;
  private static final int MESSAGES_SENT = 1;
  private static final int MESSAGES_RECEIVED = 2;
  private static final int FIRST = 3;

  private final Relation relation;
  private final Kind kind;
  final long key;
  private final Cells cells = new Cells(FIRST + 3 * Histogram.CELLS);
  private final Histogram duration = new Histogram(cells, FIRST, NANOS_PER_MILLI);
  private final Histogram requestBytes = new Histogram(cells, FIRST + Histogram.CELLS, 1);
  private final Histogram responseBytes = new Histogram(cells, FIRST + 2 * Histogram.CELLS, 1);

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
    Cells.add(row, REQUESTS, 1);
    duration.add(row, nanos);
    requestBytes.add(row, request);
    responseBytes.add(row, response);
  }

  /** What a gRPC request and its response held. On the loop of the stripe. */
  public void messages(int stripe, long sent, long received) {
    long[] row = cells.row(stripe);
    Cells.add(row, MESSAGES_SENT, sent);
    Cells.add(row, MESSAGES_RECEIVED, received);
  }

  /** Messages of gRPC requests. */
  public long messagesSent() {
    return cells.sum(MESSAGES_SENT);
  }

  /** Messages of gRPC responses. */
  public long messagesReceived() {
    return cells.sum(MESSAGES_RECEIVED);
  }

  /** How many requests. */
  public long requests() {
    return cells.sum(REQUESTS);
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
