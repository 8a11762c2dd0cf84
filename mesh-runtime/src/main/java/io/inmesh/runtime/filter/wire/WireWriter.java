package io.inmesh.runtime.filter.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes one message. Fields with default values are left out, as proto3 does. */
public final class WireWriter {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int LENGTH = 2;

  private byte[] bytes;
  private int end;

  /** An empty message. */
  public WireWriter() {
    this(64);
  }

  /** An empty message with room for so many bytes. */
  public WireWriter(int room) {
    this.bytes = new byte[room];
  }

  /** What was written. */
  public byte[] toBytes() {
    return Arrays.copyOf(bytes, end);
  }

  /** How many bytes were written. */
  public int size() {
    return end;
  }

  /** A string; left out if it is empty. */
  public WireWriter text(int field, String value) {
    return value.isEmpty() ? this : presentText(field, value);
  }

  /** A string, be it empty: members of a oneof, keys and values of maps. */
  public WireWriter presentText(int field, String value) {
    byte[] encoded = value.getBytes(StandardCharsets.UTF_8);
    return put(field, encoded, encoded.length);
  }

  /** Bytes; left out if there are none. */
  public WireWriter bytes(int field, byte[] value) {
    return value.length == 0 ? this : put(field, value, value.length);
  }

  /** A number; left out if it is zero. */
  public WireWriter number(int field, long value) {
    return value == 0 ? this : presentNumber(field, value);
  }

  /** A number, be it zero. */
  public WireWriter presentNumber(int field, long value) {
    tag(field, VARINT);
    varint(value);
    return this;
  }

  /** A double, be it zero. */
  public WireWriter presentDouble(int field, double value) {
    tag(field, FIXED64);
    room(Long.BYTES);
    long bits = Double.doubleToRawLongBits(value);
    for (int i = 0; i < Long.BYTES; i++) {
      bytes[end++] = (byte) (bits >>> (8 * i));
    }
    return this;
  }

  /** A message, be it empty. */
  public WireWriter message(int field, WireWriter value) {
    return put(field, value.bytes, value.end);
  }

  private WireWriter put(int field, byte[] value, int length) {
    tag(field, LENGTH);
    varint(length);
    room(length);
    System.arraycopy(value, 0, bytes, end, length);
    end += length;
    return this;
  }

  private void tag(int field, int type) {
    varint((field << 3) | type);
  }

  private void varint(long value) {
    room(10);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes[end++] = (byte) ((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    bytes[end++] = (byte) rest;
  }

  private void room(int more) {
    if (end + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, end + more));
    }
  }
}
