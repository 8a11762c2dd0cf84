package io.inmesh.xds.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.inmesh.config.Filters;
import io.inmesh.config.Filters.HeaderToMetadata;
import io.inmesh.config.Filters.Rule;
import io.inmesh.config.Filters.Value;
import io.inmesh.config.Filters.ValueType;
import io.inmesh.proto.envoy.extensions.filters.http.header_to_metadata.v3.Config;
import java.util.List;

/** The filter that turns headers into metadata. */
final class HeaderToMetadataCodec implements ExtensionCodec<HeaderToMetadata> {
  @Override
  public String type() {
    return "envoy.extensions.filters.http.header_to_metadata.v3.Config";
  }

  @Override
  public Class<HeaderToMetadata> settings() {
    return HeaderToMetadata.class;
  }

  @Override
  public HeaderToMetadata decode(Decoding in, ByteString bytes)
      throws InvalidProtocolBufferException {
    Config message = Config.parseFrom(bytes);
    return new HeaderToMetadata(
        in.each("request_rules", message.getRequestRulesList(), HeaderToMetadataCodec::rule),
        in.each("response_rules", message.getResponseRulesList(), HeaderToMetadataCodec::rule));
  }

  private static Rule rule(Decoding in, Config.Rule message) {
    if (message.getHeader().isEmpty() == message.getCookie().isEmpty()) {
      throw in.refuse("exactly one of header and cookie must be given");
    }
    if (!message.hasOnHeaderPresent() && !message.hasOnHeaderMissing()) {
      throw in.refuse("on_header_present or on_header_missing must be given");
    }
    if (!message.getCookie().isEmpty() && message.getRemove()) {
      throw in.refuse("remove", "is not possible for a cookie");
    }
    if (message.getOnHeaderMissing().getValue().isEmpty() && message.hasOnHeaderMissing()) {
      throw in.refuse("on_header_missing.value", "must not be empty");
    }
    return new Rule(
        in.text(in.optionalHeaderName("header", message.getHeader())),
        in.text(message.getCookie()),
        in.inside(
            message.hasOnHeaderPresent(),
            "on_header_present",
            message.getOnHeaderPresent(),
            HeaderToMetadataCodec::value),
        in.inside(
            message.hasOnHeaderMissing(),
            "on_header_missing",
            message.getOnHeaderMissing(),
            HeaderToMetadataCodec::value),
        message.getRemove());
  }

  private static Value value(Decoding in, Config.KeyValuePair message) {
    if (!message.getValue().isEmpty() && message.hasRegexValueRewrite()) {
      throw in.refuse("only one of value and regex_value_rewrite may be given");
    }
    return new Value(
        in.text(message.getMetadataNamespace()),
        in.required("key", message.getKey()),
        in.text(message.getValue()),
        in.inside(
            message.hasRegexValueRewrite(),
            "regex_value_rewrite",
            message.getRegexValueRewrite(),
            MatcherCodec::rewrite),
        ValueType.valueOf(in.known("type", message.getType()).name()),
        in.known("encode", message.getEncode()) == Config.ValueEncode.BASE64);
  }

  @Override
  public void checkForRoute(Decoding in, HeaderToMetadata settings) {
    if (settings.requestRules().isEmpty() && settings.responseRules().isEmpty()) {
      throw in.refuse("request or response rules must be given");
    }
  }

  @Override
  public Message encode(HeaderToMetadata settings) {
    var message = Config.newBuilder();
    rules(settings.requestRules()).forEach(message::addRequestRules);
    rules(settings.responseRules()).forEach(message::addResponseRules);
    return message.build();
  }

  private static List<Config.Rule> rules(List<Rule> rules) {
    return rules.stream().map(HeaderToMetadataCodec::rule).toList();
  }

  private static Config.Rule rule(Rule rule) {
    var message =
        Config.Rule.newBuilder()
            .setHeader(rule.header())
            .setCookie(rule.cookie())
            .setRemove(rule.remove());
    rule.present().ifPresent(value -> message.setOnHeaderPresent(value(value)));
    rule.missing().ifPresent(value -> message.setOnHeaderMissing(value(value)));
    return message.build();
  }

  private static Config.KeyValuePair value(Filters.Value value) {
    var message =
        Config.KeyValuePair.newBuilder()
            .setMetadataNamespace(value.namespace())
            .setKey(value.key())
            .setValue(value.value())
            .setType(Config.ValueType.valueOf(value.type().name()))
            .setEncode(value.base64() ? Config.ValueEncode.BASE64 : Config.ValueEncode.NONE);
    value
        .rewrite()
        .ifPresent(rewrite -> message.setRegexValueRewrite(MatcherCodec.rewrite(rewrite)));
    return message.build();
  }
}
