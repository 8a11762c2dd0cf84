package io.inmesh.spring;

/** The application cannot join the mesh. The message says why, without secrets. */
final class MeshJoinException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String action;

  MeshJoinException(String message, String action, Throwable cause) {
    super(message, cause);
    this.action = action;
  }

  /** What whoever runs the application can do. */
  String action() {
    return action;
  }
}
