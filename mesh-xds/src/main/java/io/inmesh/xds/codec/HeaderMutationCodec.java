package io.inmesh.xds.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Value;
import io.inmesh.config.HeaderMutation;
import io.inmesh.config.HeaderMutation.QueryStep;
import io.inmesh.config.HeaderMutation.Step;
import io.inmesh.config.HeaderMutation.Steps;
import io.inmesh.config.HeaderMutations.Append;
import io.inmesh.proto.envoy.config.core.v3.KeyValueAppend.KeyValueAppendAction;
import io.inmesh.proto.envoy.config.core.v3.KeyValueMutation;
import io.inmesh.proto.envoy.config.core.v3.KeyValuePair;
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
        in.inside("mutations", message.getMutations(), HeaderMutationCodec::steps),
        message.getMostSpecificHeaderMutationsWins());
  }

  @Override
  public void checkForRoute(Decoding in, HeaderMutation settings) {
    throw in.refuse("routes have settings of type " + HeaderMutation.PerRoute.TYPE);
  }

  private static Steps steps(Decoding in, Mutations message) {
    return new Steps(
        in.each("request_mutations", message.getRequestMutationsList(), HeaderMutationCodec::step),
        in.each(
            "query_parameter_mutations",
            message.getQueryParameterMutationsList(),
            HeaderMutationCodec::queryStep),
        in.each(
            "response_mutations", message.getResponseMutationsList(), HeaderMutationCodec::step),
        in.each(
            "request_trailers_mutations",
            message.getRequestTrailersMutationsList(),
            HeaderMutationCodec::step),
        in.each(
            "response_trailers_mutations",
            message.getResponseTrailersMutationsList(),
            HeaderMutationCodec::step));
  }

  private static QueryStep queryStep(Decoding in, KeyValueMutation message) {
    if (!message.getRemove().isEmpty()) {
      if (message.hasAppend()) {
        throw in.refuse("append", "must not be given together with remove");
      }
      return new HeaderMutation.RemoveParameter(in.text(message.getRemove()));
    }
    if (!message.hasAppend() || !message.getAppend().hasRecord()) {
      throw in.refuse("append.record", "is missing");
    }
    KeyValuePair record = message.getAppend().getRecord();
    if (!record.getValue().hasStringValue()) {
      throw in.refuse("append.record.value", "must be a string");
    }
    return new HeaderMutation.PutParameter(
        in.required("append.record.key", record.getKey()),
        FormatCodec.format(in, "append.record.value", record.getValue().getStringValue()),
        Append.valueOf(in.known("append.action", message.getAppend().getAction()).name()));
  }

  private static KeyValueMutation message(QueryStep step) {
    var message = KeyValueMutation.newBuilder();
    if (step instanceof HeaderMutation.RemoveParameter remove) {
      return message.setRemove(remove.name()).build();
    }
    var put = (HeaderMutation.PutParameter) step;
    var append =
        message.getAppendBuilder().setAction(KeyValueAppendAction.valueOf(put.append().name()));
    append
        .getRecordBuilder()
        .setKey(put.name())
        .setValue(Value.newBuilder().setStringValue(put.value().source()));
    return message.build();
  }

  private static Step step(
      Decoding in, io.inmesh.proto.envoy.config.common.mutation_rules.v3.HeaderMutation message) {
    switch (message.getActionCase()) {
      case REMOVE:
        return new HeaderMutation.Remove(in.text(in.headerName("remove", message.getRemove())));
      case APPEND:
        return new HeaderMutation.Put(in.inside("append", message.getAppend(), HeaderCodec::add));
      case REMOVE_ON_MATCH:
        return new HeaderMutation.RemoveMatching(
            in.inside(
                "remove_on_match.key_matcher",
                message.getRemoveOnMatch().getKeyMatcher(),
                MatcherCodec::string));
      default:
        throw in.refuse("no action is given");
    }
  }

  @Override
  public Message encode(HeaderMutation settings) {
    return io.inmesh.proto.envoy.extensions.filters.http.header_mutation.v3.HeaderMutation
        .newBuilder()
        .setMutations(message(settings.steps()))
        .setMostSpecificHeaderMutationsWins(settings.mostSpecificWins())
        .build();
  }

  private static Mutations message(Steps steps) {
    var message = Mutations.newBuilder();
    steps.request().forEach(step -> message.addRequestMutations(message(step)));
    steps.query().forEach(step -> message.addQueryParameterMutations(message(step)));
    steps.response().forEach(step -> message.addResponseMutations(message(step)));
    steps.requestTrailers().forEach(step -> message.addRequestTrailersMutations(message(step)));
    steps.responseTrailers().forEach(step -> message.addResponseTrailersMutations(message(step)));
    return message.build();
  }

  private static io.inmesh.proto.envoy.config.common.mutation_rules.v3.HeaderMutation message(
      Step step) {
    var message = io.inmesh.proto.envoy.config.common.mutation_rules.v3.HeaderMutation.newBuilder();
    if (step instanceof HeaderMutation.Remove remove) {
      message.setRemove(remove.name());
    } else if (step instanceof HeaderMutation.RemoveMatching matching) {
      message.getRemoveOnMatchBuilder().setKeyMatcher(MatcherCodec.string(matching.names()));
    } else {
      message.setAppend(HeaderCodec.add(((HeaderMutation.Put) step).header()));
    }
    return message.build();
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
          in.inside("mutations", message, HeaderMutationCodec::steps));
    }

    @Override
    public Message encode(HeaderMutation.PerRoute settings) {
      return HeaderMutationPerRoute.newBuilder().setMutations(message(settings.steps())).build();
    }
  }
}
