package io.inmesh.runtime.wire;

/** The peer broke the protocol. Without a stack trace: it says nothing of our own code. */
public final class WireException extends Exception {
  private static final long serialVersionUID = 1;

  private final int status;

  /**
   * A broken message.
   *
   * @param status what a server answers
   */
  public WireException(int status, String message) {
    super(message, null, false, false);
    this.status = status;
  }

  /** What a server answers: 400, 431, 501 or 505. */
  public int status() {
    return status;
  }
}
