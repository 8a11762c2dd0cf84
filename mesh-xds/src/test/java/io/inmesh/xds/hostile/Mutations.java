package io.inmesh.xds.hostile;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.inmesh.proto.ProtoFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Makes hostile messages of good ones: some fields become what they should not be, at any depth,
 * within extensions too; or the bytes are damaged. The same seed makes the same ones.
 */
public final class Mutations {
  private static final int MOST_COPIES = 200;
  private static final int DEEP = 3_000;
  private static final List<String> TEXTS =
      List.of(
          "",
          "*",
          "\0",
          "\r\nx: y",
          "/etc/passwd",
          "(a{1000}){1000}",
          "((((a*)*)*)*)*$",
          "[",
          "%ENVIRONMENT(HOME)%",
          "%DYNAMIC_METADATA(a:b:c)%",
          "%",
          "{a=**}/{b=*}",
          "\ud83d\ude00\ufffd",
          "999.999.999.999",
          "a".repeat(70_000),
          "x{1000}".repeat(50),
          "(".repeat(5_000),
          "cluster",
          "x-envoy-retry-on");

  private final SplittableRandom random;

  public Mutations(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** Whether the next thing is of a kind that comes once in so many. */
  public boolean oneIn(int times) {
    return random.nextInt(times) == 0;
  }

  public int below(int bound) {
    return random.nextInt(bound);
  }

  /** The bytes of a message that is not quite the given one. */
  public ByteString of(Message good) {
    if (oneIn(200)) {
      return nested(good.getDescriptorForType());
    }
    Message changed = good;
    for (int i = below(3); i >= 0; i--) {
      changed = changed(changed, 0);
    }
    return oneIn(4) ? damaged(changed.toByteString()) : changed.toByteString();
  }

  /** With some bytes changed, left out, repeated or cut off. */
  public ByteString damaged(ByteString good) {
    if (good.isEmpty()) {
      return ByteString.copyFrom(new byte[] {(byte) below(256), (byte) below(256)});
    }
    byte[] bytes = good.toByteArray();
    int at = below(bytes.length);
    switch (below(5)) {
      case 0:
        bytes[at] ^= (byte) (1 << below(8));
        return ByteString.copyFrom(bytes);
      case 1:
        bytes[at] = (byte) random.nextInt();
        return ByteString.copyFrom(bytes);
      case 2:
        return good.substring(0, at);
      case 3:
        return good.substring(0, at)
            .concat(good.substring(Math.min(good.size(), at + 1 + below(9))));
      default:
        ByteString part = good.substring(at, Math.min(good.size(), at + below(64)));
        return good.substring(0, at).concat(part).concat(part).concat(good.substring(at));
    }
  }

  /** One change at some depth. */
  private Message changed(Message good, int depth) {
    List<FieldDescriptor> inside = new ArrayList<>();
    for (FieldDescriptor field : good.getAllFields().keySet()) {
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        inside.add(field);
      }
    }
    if (inside.isEmpty() || oneIn(3 + depth)) {
      return here(good);
    }
    FieldDescriptor field = inside.get(below(inside.size()));
    Message.Builder copy = good.toBuilder();
    if (field.isRepeated()) {
      int at = below(good.getRepeatedFieldCount(field));
      copy.setRepeatedField(
          field, at, member((Message) good.getRepeatedField(field, at), depth + 1));
    } else {
      copy.setField(field, member((Message) good.getField(field), depth + 1));
    }
    return copy.build();
  }

  private Message member(Message member, int depth) {
    if (!member.getDescriptorForType().getFullName().equals("google.protobuf.Any")) {
      return changed(member, depth);
    }
    try {
      Any any = Any.parseFrom(member.toByteString());
      Any changed =
          oneIn(8) ? anything(any) : any.toBuilder().setValue(content(any, depth)).build();
      return member.toBuilder().clear().mergeFrom(changed.toByteString()).build();
    } catch (InvalidProtocolBufferException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private ByteString content(Any any, int depth) {
    try {
      Descriptor type = ProtoFiles.types().getDescriptorForTypeUrl(any.getTypeUrl());
      return type == null
          ? damaged(any.getValue())
          : changed(DynamicMessage.parseFrom(type, any.getValue()), depth).toByteString();
    } catch (InvalidProtocolBufferException damagedBefore) {
      return damaged(any.getValue());
    }
  }

  private Any anything(Any any) {
    switch (below(4)) {
      case 0:
        return any.toBuilder().setTypeUrl("type.googleapis.com/no.such.Type").build();
      case 1:
        return any.toBuilder().setTypeUrl("").build();
      case 2:
        return any.toBuilder().setValue(damaged(any.getValue())).build();
      default:
        return Any.newBuilder()
            .setTypeUrl("type.googleapis.com/google.protobuf.Any")
            .setValue(any.toByteString())
            .build();
    }
  }

  private Message here(Message good) {
    List<FieldDescriptor> fields = good.getDescriptorForType().getFields();
    if (fields.isEmpty()) {
      return good;
    }
    FieldDescriptor field = fields.get(below(fields.size()));
    Message.Builder copy = good.toBuilder();
    if (!field.isRepeated()) {
      return oneIn(4)
          ? copy.clearField(field).build()
          : copy.setField(field, value(field, copy)).build();
    }
    int count = good.getRepeatedFieldCount(field);
    if (count > 0 && oneIn(3)) {
      return copy.clearField(field).build();
    }
    for (int i = oneIn(20) ? MOST_COPIES : 1; i > 0; i--) {
      Object more =
          count > 0 && !oneIn(3) ? good.getRepeatedField(field, below(count)) : value(field, copy);
      copy.addRepeatedField(field, more);
    }
    return copy.build();
  }

  private Object value(FieldDescriptor field, Message.Builder owner) {
    switch (field.getJavaType()) {
      case INT:
        return oneIn(2) ? below(300) : random.nextInt() >> below(32);
      case LONG:
        return oneIn(2) ? (long) below(300) : random.nextLong() >> below(64);
      case FLOAT:
        return (float) number();
      case DOUBLE:
        return number();
      case BOOLEAN:
        return random.nextBoolean();
      case STRING:
        return TEXTS.get(below(TEXTS.size()));
      case BYTE_STRING:
        return ByteString.copyFromUtf8(TEXTS.get(below(TEXTS.size())));
      case ENUM:
        List<EnumValueDescriptor> values = field.getEnumType().getValues();
        boolean known = field.legacyEnumFieldTreatedAsClosed() || !oneIn(8);
        return known
            ? values.get(below(values.size()))
            : field.getEnumType().findValueByNumberCreatingIfUnknown(12_345);
      default:
        return owner.newBuilderForField(field).build();
    }
  }

  private double number() {
    double[] all = {Double.NaN, Double.POSITIVE_INFINITY, -1, 0, 1e300, 100, -0.0, 0.5};
    return all[below(all.length)];
  }

  /** A message within itself, within itself, as far as there is a field for that. */
  private ByteString nested(Descriptor type) {
    ByteString inner = ByteString.EMPTY;
    int number = 1 + below(60);
    for (int i = 0; i < DEEP; i++) {
      inner =
          ByteString.copyFrom(varint((number << 3) | 2))
              .concat(ByteString.copyFrom(varint(inner.size())))
              .concat(inner);
    }
    FieldDescriptor any = type.findFieldByNumber(number);
    return any == null ? inner : inner.concat(inner.substring(0, below(inner.size())));
  }

  private static byte[] varint(int value) {
    var bytes = new byte[5];
    int at = 0;
    int rest = value;
    while (rest > 0x7f) {
      bytes[at++] = (byte) ((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    bytes[at++] = (byte) rest;
    return java.util.Arrays.copyOf(bytes, at);
  }
}
