package io.inmesh.runtime.stats;

/**
 * Who calls whom, and which of them tells.
 *
 * @param security connection_security_policy: {@code mutual_tls}, {@code none}, or {@code unknown}
 *     where the source tells
 */
public record Relation(
    Reporter reporter, Party source, Party destination, Service service, String security) {

  /** Whose side is told. */
  public enum Reporter {
    /** The caller's. */
    SOURCE,
    /** The called one's. */
    DESTINATION
  }

  /**
   * The service that was called.
   *
   * @param host its full name
   */
  public record Service(String host, String name, String namespace) {
    /** Nothing is known of it. */
    public static final Service UNKNOWN =
        new Service(Party.UNKNOWN_NAME, Party.UNKNOWN_NAME, Party.UNKNOWN_NAME);
  }
}
