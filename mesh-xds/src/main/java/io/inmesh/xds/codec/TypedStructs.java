package io.inmesh.xds.codec;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import io.inmesh.proto.ProtoFiles;
import io.inmesh.proto.xds.type.v3.TypedStruct;

/** Messages that come as JSON-like values with the name of their type. */
final class TypedStructs {
  private static final String XDS = "xds.type.v3.TypedStruct";
  private static final String UDPA = "udpa.type.v1.TypedStruct";

  private TypedStructs() {}

  /**
   * The message inside a typed struct; anything else as it is. A message of a type that we have no
   * description of keeps its type and loses its content.
   */
  static Any unwrap(Decoding in, Any any) {
    String type = Decoding.typeOf(any);
    if (!type.equals(XDS) && !type.equals(UDPA)) {
      return any;
    }
    // Both have the same fields.
    TypedStruct struct = in.parse(any.getValue(), TypedStruct.parser());
    return message(in, struct.getTypeUrl(), struct.getValue());
  }

  private static Any message(Decoding in, String url, Struct value) {
    var message = Any.newBuilder().setTypeUrl(url);
    try {
      String known = "type.googleapis.com/" + url.substring(url.lastIndexOf('/') + 1);
      Descriptor type = ProtoFiles.types().getDescriptorForTypeUrl(known);
      if (type != null) {
        var content = DynamicMessage.newBuilder(type);
        String json = JsonFormat.printer().print(value);
        JsonFormat.parser().usingTypeRegistry(ProtoFiles.types()).merge(json, content);
        message.setValue(content.build().toByteString());
      }
      return message.build();
    } catch (InvalidProtocolBufferException wrong) {
      throw in.refuse("value", wrong);
    }
  }
}
