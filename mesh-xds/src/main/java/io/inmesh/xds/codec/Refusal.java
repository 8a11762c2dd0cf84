package io.inmesh.xds.codec;

/**
 * A resource is wrong. Thrown inside the codec, where it ends the decoding of one resource, and by
 * extension codecs through {@link Decoding#refuse}. It has no stack trace: the field says where.
 */
public final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String field;

  Refusal(String field, String reason) {
    super(reason, null, false, false);
    this.field = field;
  }

  /** The path of the field, for instance {@code virtual_hosts[2].name}; empty for the whole. */
  public String field() {
    return field;
  }
}
