package io.inmesh.xds.codec;

import com.google.protobuf.Any;
import com.google.protobuf.Message;

/** Messages with their type. The name of the type is given, so that no descriptor is loaded. */
final class Anys {
  private static final String PREFIX = "type.googleapis.com/";

  private Anys() {}

  static Any of(String type, Message message) {
    return Any.newBuilder().setTypeUrl(PREFIX + type).setValue(message.toByteString()).build();
  }
}
