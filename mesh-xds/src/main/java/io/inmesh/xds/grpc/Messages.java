package io.inmesh.xds.grpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Method descriptors of protobuf services. */
public final class Messages {
  private Messages() {}

  /**
   * A method of a service.
   *
   * @param service its full name
   * @param request any message of the request's type, and {@code response} of the response's
   */
  public static <Q extends Message, R extends Message> MethodDescriptor<Q, R> method(
      MethodType type, String service, String name, Q request, R response) {
    return MethodDescriptor.<Q, R>newBuilder()
        .setType(type)
        .setFullMethodName(MethodDescriptor.generateFullMethodName(service, name))
        .setRequestMarshaller(marshaller(request))
        .setResponseMarshaller(marshaller(response))
        .build();
  }

  @SuppressWarnings("unchecked")
  private static <M extends Message> MethodDescriptor.Marshaller<M> marshaller(M example) {
    return new ProtobufMarshaller<>((Parser<M>) example.getParserForType());
  }

  private static final class ProtobufMarshaller<M extends Message>
      implements MethodDescriptor.Marshaller<M> {
    private final Parser<M> parser;

    ProtobufMarshaller(Parser<M> parser) {
      this.parser = parser;
    }

    @Override
    public InputStream stream(M message) {
      return new ByteArrayInputStream(message.toByteArray());
    }

    @Override
    public M parse(InputStream stream) {
      try (stream) {
        return parser.parseFrom(stream);
      } catch (InvalidProtocolBufferException malformed) {
        throw Status.INTERNAL
            .withDescription("a malformed message: " + malformed.getMessage())
            .withCause(malformed)
            .asRuntimeException();
      } catch (IOException failed) {
        throw Status.INTERNAL.withCause(failed).asRuntimeException();
      }
    }
  }
}
