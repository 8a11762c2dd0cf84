package io.inmesh.spring;

/** The application cannot join the mesh. The message says why, without secrets. */
final class MeshJoinException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String action;

  MeshJoinException(String message, String action, Throwable cause) {
    super(message, cause);
    this.action = action;
  }

  /** There is no certificate to serve with, because of what stands in {@code why}. */
  static MeshJoinException withoutCertificate(String service, String why, Throwable cause) {
    return new MeshJoinException(
        "The mesh has given " + service + " no certificate: " + why, remedy(why), cause);
  }

  /** By the status with which the control plane, or the way to it, has answered. */
  private static String remedy(String why) {
    if (why.contains("UNAUTHENTICATED") || why.contains("PERMISSION_DENIED")) {
      return "The control plane does not accept the join token: the join file is of another control"
          + " plane, or was replaced or removed there since. Have it written anew (inmesh"
          + " control-plane --join SERVICE), and hand the new one to this application.";
    }
    if (why.contains("UNAVAILABLE") || why.contains("no certificate within")) {
      return "See that the control plane runs, and that it can be reached from here at the address"
          + " in the join file (plane: HOST:PORT); it says others by --advertise. With"
          + " inmesh.state-directory a restart needs no control plane.";
    }
    return "See that the control plane runs and can be reached, and that the join file is the one"
        + " that it has written for this service.";
  }

  /** What whoever runs the application can do. */
  String action() {
    return action;
  }
}
