package io.inmesh.xds.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.inmesh.config.HeaderMutation;
import io.inmesh.config.HeaderMutations;
import io.inmesh.proto.envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute;
import io.inmesh.proto.envoy.extensions.filters.http.header_mutation.v3.Mutations;

/** The filter that changes headers. */
final class HeaderMutationCodec implements ExtensionCodec<HeaderMutation> {
  @Override
  public String type() {
    return HeaderMutation.TYPE;
  }

  @Override
  public Class<HeaderMutation> settings() {
    return HeaderMutation.class;
  }

  @Override
  public HeaderMutation decode(Decoding in, ByteString bytes)
      throws InvalidProtocolBufferException {
    var message =
        io.inmesh.proto.envoy.extensions.filters.http.header_mutation.v3.HeaderMutation.parseFrom(
            bytes);
    return new HeaderMutation(
        in.inside("mutations", message.getMutations(), HeaderMutationCodec::mutations),
        message.getMostSpecificHeaderMutationsWins());
  }

  @Override
  public void checkForRoute(Decoding in, HeaderMutation settings) {
    throw in.refuse("routes have settings of type " + HeaderMutation.PerRoute.TYPE);
  }

  private static HeaderMutations mutations(Decoding in, Mutations message) {
    HeaderMutations request =
        HeaderCodec.sequence(in, "request_mutations", message.getRequestMutationsList());
    HeaderMutations response =
        HeaderCodec.sequence(in, "response_mutations", message.getResponseMutationsList());
    return new HeaderMutations(
        request.requestAdd(),
        request.requestRemove(),
        response.requestAdd(),
        response.requestRemove());
  }

  @Override
  public Message encode(HeaderMutation settings) {
    return io.inmesh.proto.envoy.extensions.filters.http.header_mutation.v3.HeaderMutation
        .newBuilder()
        .setMutations(message(settings.mutations()))
        .setMostSpecificHeaderMutationsWins(settings.mostSpecificWins())
        .build();
  }

  private static Mutations message(HeaderMutations mutations) {
    return Mutations.newBuilder()
        .addAllRequestMutations(
            HeaderCodec.sequence(mutations.requestAdd(), mutations.requestRemove()))
        .addAllResponseMutations(
            HeaderCodec.sequence(mutations.responseAdd(), mutations.responseRemove()))
        .build();
  }

  /** What routes say about it. */
  static final class PerRoute implements ExtensionCodec<HeaderMutation.PerRoute> {
    @Override
    public String type() {
      return HeaderMutation.PerRoute.TYPE;
    }

    @Override
    public Class<HeaderMutation.PerRoute> settings() {
      return HeaderMutation.PerRoute.class;
    }

    @Override
    public HeaderMutation.PerRoute decode(Decoding in, ByteString bytes)
        throws InvalidProtocolBufferException {
      Mutations message = HeaderMutationPerRoute.parseFrom(bytes).getMutations();
      return new HeaderMutation.PerRoute(
          in.inside("mutations", message, HeaderMutationCodec::mutations));
    }

    @Override
    public Message encode(HeaderMutation.PerRoute settings) {
      return HeaderMutationPerRoute.newBuilder()
          .setMutations(message(settings.mutations()))
          .build();
    }
  }
}
