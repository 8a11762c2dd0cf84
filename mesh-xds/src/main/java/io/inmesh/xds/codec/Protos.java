package io.inmesh.xds.codec;

import com.google.protobuf.Any;
import com.google.protobuf.UInt32Value;
import io.inmesh.proto.envoy.type.v3.Percent;
import java.time.Duration;

/** Small messages that many others hold. */
final class Protos {
  private Protos() {}

  static com.google.protobuf.Duration duration(Duration value) {
    return com.google.protobuf.Duration.newBuilder()
        .setSeconds(value.getSeconds())
        .setNanos(value.getNano())
        .build();
  }

  /** A limit; the largest int stands for none. */
  static UInt32Value limit(int value) {
    return UInt32Value.of(value == Integer.MAX_VALUE ? -1 : value);
  }

  static Percent percent(double value) {
    return Percent.newBuilder().setValue(value).build();
  }

  /** A message of this type without any field. */
  static Any empty(String type) {
    return Any.newBuilder().setTypeUrl("type.googleapis.com/" + type).build();
  }
}
