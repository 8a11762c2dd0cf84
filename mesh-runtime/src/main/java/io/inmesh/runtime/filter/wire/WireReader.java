package io.inmesh.runtime.filter.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads one message, field by field: {@link #next}, then the value by its kind, or {@link #skip}.
 * Bytes that are no message, or a value of another kind than the field's, give an {@link
 * IllegalArgumentException}.
 */
public final class WireReader {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int LENGTH = 2;
  private static final int FIXED32 = 5;

  private final ByteBuffer in;
  private int tag;

  private WireReader(ByteBuffer in) {
    this.in = in.order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A reader of all of these bytes. */
  public static WireReader of(byte[] bytes) {
    return new WireReader(ByteBuffer.wrap(bytes));
  }

  /** Goes on to the next field; false at the end. */
  public boolean next() {
    if (!in.hasRemaining()) {
      return false;
    }
    tag = (int) varint();
    if (tag >>> 3 == 0) {
      throw new IllegalArgumentException("a field without a number");
    }
    return true;
  }

  /** The number of the field in hand. */
  public int field() {
    return tag >>> 3;
  }

  /** A number, an enum, a boolean. */
  public long number() {
    expect(VARINT);
    return varint();
  }

  public double floating() {
    expect(FIXED64);
    need(Long.BYTES);
    return in.getDouble();
  }

  /** A string. */
  public String text() {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(part()).toString();
    } catch (CharacterCodingException wrong) {
      throw new IllegalArgumentException("not UTF-8", wrong);
    }
  }

  /** Bytes. */
  public byte[] bytes() {
    ByteBuffer part = part();
    var bytes = new byte[part.remaining()];
    part.get(bytes);
    return bytes;
  }

  /** A message in the message. */
  public WireReader message() {
    return new WireReader(part());
  }

  /** Passes over the value in hand. */
  public void skip() {
    switch (tag & 7) {
      case VARINT -> varint();
      case FIXED64 -> pass(Long.BYTES);
      case LENGTH -> part();
      case FIXED32 -> pass(Integer.BYTES);
      default -> throw new IllegalArgumentException("a kind of value that is not supported");
    }
  }

  private void pass(int length) {
    need(length);
    in.position(in.position() + length);
  }

  private void need(int length) {
    if (in.remaining() < length) {
      throw new IllegalArgumentException("cut off");
    }
  }

  private void expect(int type) {
    if ((tag & 7) != type) {
      throw new IllegalArgumentException("field " + field() + " has another kind of value");
    }
  }

  private ByteBuffer part() {
    expect(LENGTH);
    long length = varint();
    if (length < 0 || length > in.remaining()) {
      throw new IllegalArgumentException("cut off");
    }
    ByteBuffer part = in.slice(in.position(), (int) length);
    in.position(in.position() + (int) length);
    return part;
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      need(1);
      byte next = in.get();
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("too long a number");
  }
}
