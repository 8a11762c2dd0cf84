package io.inmesh.call;

/**
 * Why the mesh, rather than the peer, ended a call without a response, or broke one off. Local
 * replies (404 NR, 503 UH, 504 UT, …) are responses, not exceptions: an application sees the same
 * as behind a proxy.
 */
public sealed class MeshException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final boolean sent;
  private final transient Outcome outcome;

  private MeshException(String message, boolean sent, Outcome outcome) {
    super(message, null, false, false);
    this.sent = sent;
    this.outcome = outcome;
  }

  /** Whether the peer may have seen the request; if not, any request may be repeated. */
  public boolean sent() {
    return sent;
  }

  /** Flags, details, route, cluster and endpoint. */
  public Outcome outcome() {
    return outcome;
  }

  /** The caller gave the call up, or the mesh was closed. */
  public static final class Cancelled extends MeshException {
    private static final long serialVersionUID = 1;

    public Cancelled(String reason, boolean sent, Outcome outcome) {
      super(reason, sent, outcome);
    }
  }

  /** The exchange broke after the response's head had been passed on. */
  public static final class Broken extends MeshException {
    private static final long serialVersionUID = 1;

    public Broken(String reason, Outcome outcome) {
      super(reason, true, outcome);
    }
  }

  /** A whole response was asked for and is larger than the limit. */
  public static final class TooLarge extends MeshException {
    private static final long serialVersionUID = 1;

    public TooLarge(String reason, Outcome outcome) {
      super(reason, true, outcome);
    }
  }
}
