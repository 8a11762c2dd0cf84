package io.inmesh.xds.json;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Takes secrets out of messages that are to be shown. */
final class Redaction {
  /** Fields that Envoy's API marks as sensitive. */
  private static final Set<String> SENSITIVE =
      Set.of(
          "private_key",
          "private_key_provider",
          "password",
          "pkcs12",
          "session_ticket_keys",
          "generic_secret",
          "hmac_secret",
          "token_secret",
          "access_key_id",
          "secret_access_key");

  private final TypeRegistry types;

  Redaction(TypeRegistry types) {
    this.types = types;
  }

  /** The same without them. An Any whose content is not known is emptied. */
  Message redacted(Message message) {
    Message.Builder copy = message.toBuilder();
    for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
      FieldDescriptor field = entry.getKey();
      if (SENSITIVE.contains(field.getName())) {
        copy.clearField(field);
      } else if (field.getJavaType() == JavaType.MESSAGE) {
        replace(field, entry.getValue(), copy);
      }
    }
    return copy.build();
  }

  private void replace(FieldDescriptor field, Object value, Message.Builder copy) {
    if (!field.isRepeated()) {
      copy.setField(field, member((Message) value));
      return;
    }
    List<?> members = (List<?>) value;
    for (int i = 0; i < members.size(); i++) {
      copy.setRepeatedField(field, i, member((Message) members.get(i)));
    }
  }

  /** Within messages that are known by their descriptors only, an Any is not of its own class. */
  private Message member(Message member) {
    if (!member.getDescriptorForType().getFullName().equals("google.protobuf.Any")) {
      return redacted(member);
    }
    try {
      Any shown = content(Any.parseFrom(member.toByteString()));
      return member.toBuilder().clear().mergeFrom(shown.toByteString()).build();
    } catch (InvalidProtocolBufferException malformed) {
      return member.getDefaultInstanceForType();
    }
  }

  Any content(Any any) {
    String url = any.getTypeUrl();
    var type = types.find(url.substring(url.lastIndexOf('/') + 1));
    try {
      return type == null
          ? Any.getDefaultInstance()
          : any.toBuilder()
              .setValue(redacted(DynamicMessage.parseFrom(type, any.getValue())).toByteString())
              .build();
    } catch (InvalidProtocolBufferException malformed) {
      return Any.getDefaultInstance();
    }
  }
}
