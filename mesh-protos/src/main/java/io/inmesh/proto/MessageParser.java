package io.inmesh.proto;

import com.google.protobuf.AbstractParser;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.ExtensionRegistryLite;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.io.IOException;

/**
 * Parses messages of one type. Public for generated code only.
 *
 * @param <M> the messages
 */
public final class MessageParser<M extends Message> extends AbstractParser<M> {
  private final M empty;

  /** A parser of messages like this one. */
  public MessageParser(M empty) {
    this.empty = empty;
  }

  @Override
  @SuppressWarnings("unchecked")
  public M parsePartialFrom(CodedInputStream input, ExtensionRegistryLite extensionRegistry)
      throws InvalidProtocolBufferException {
    Message.Builder builder = empty.newBuilderForType();
    try {
      builder.mergeFrom(input, extensionRegistry);
    } catch (InvalidProtocolBufferException malformed) {
      throw malformed.setUnfinishedMessage(builder.buildPartial());
    } catch (IOException failed) {
      throw new InvalidProtocolBufferException(failed).setUnfinishedMessage(builder.buildPartial());
    }
    return (M) builder.buildPartial();
  }
}
