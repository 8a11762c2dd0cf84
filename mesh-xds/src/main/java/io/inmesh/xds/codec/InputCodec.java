package io.inmesh.xds.codec;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.inmesh.config.InputMatcher;
import io.inmesh.config.MatchInput;
import io.inmesh.config.MatchInput.Fact;
import io.inmesh.config.StringMatcher;
import io.inmesh.proto.envoy.extensions.matching.common_inputs.environment_variable.v3.Config;
import io.inmesh.proto.envoy.extensions.matching.common_inputs.network.v3.DynamicMetadataInput;
import io.inmesh.proto.envoy.extensions.matching.common_inputs.network.v3.FilterStateInput;
import io.inmesh.proto.envoy.extensions.matching.input_matchers.consistent_hashing.v3.ConsistentHashing;
import io.inmesh.proto.envoy.extensions.matching.input_matchers.ip.v3.Ip;
import io.inmesh.proto.envoy.extensions.matching.input_matchers.metadata.v3.Metadata;
import io.inmesh.proto.envoy.extensions.matching.input_matchers.runtime_fraction.v3.RuntimeFraction;
import io.inmesh.proto.envoy.type.matcher.v3.HttpRequestHeaderMatchInput;
import io.inmesh.proto.xds.core.v3.TypedExtensionConfig;
import io.inmesh.proto.xds.type.matcher.v3.CelMatcher;
import io.inmesh.proto.xds.type.matcher.v3.HttpAttributesCelMatchInput;
import io.inmesh.proto.xds.type.matcher.v3.Matcher.MatcherList.Predicate.SinglePredicate;
import java.util.EnumMap;
import java.util.Map;

/** What matcher trees ask for, and what it must be. */
final class InputCodec {
  private static final String NETWORK = "envoy.extensions.matching.common_inputs.network.v3.";
  private static final String SSL = "envoy.extensions.matching.common_inputs.ssl.v3.";
  private static final String HEADER = "envoy.type.matcher.v3.HttpRequestHeaderMatchInput";
  private static final String FILTER_STATE = NETWORK + "FilterStateInput";
  private static final String METADATA = NETWORK + "DynamicMetadataInput";
  private static final String ENVIRONMENT =
      "envoy.extensions.matching.common_inputs.environment_variable.v3.Config";
  private static final String ATTRIBUTES = "xds.type.matcher.v3.HttpAttributesCelMatchInput";

  private static final String MATCHERS = "envoy.extensions.matching.input_matchers.";
  private static final String IN_RANGES = MATCHERS + "ip.v3.Ip";
  private static final String OF_VALUE = MATCHERS + "metadata.v3.Metadata";
  private static final String HASH_REACHES = MATCHERS + "consistent_hashing.v3.ConsistentHashing";
  private static final String HASH_WITHIN = MATCHERS + "runtime_fraction.v3.RuntimeFraction";

  private static final Map<Fact, String> FACTS =
      new EnumMap<>(
          Map.of(
              Fact.DESTINATION_IP, NETWORK + "DestinationIPInput",
              Fact.DESTINATION_PORT, NETWORK + "DestinationPortInput",
              Fact.SOURCE_IP, NETWORK + "SourceIPInput",
              Fact.SOURCE_PORT, NETWORK + "SourcePortInput",
              Fact.DIRECT_SOURCE_IP, NETWORK + "DirectSourceIPInput",
              Fact.SERVER_NAME, NETWORK + "ServerNameInput",
              Fact.URI_SAN, SSL + "UriSanInput",
              Fact.DNS_SAN, SSL + "DnsSanInput",
              Fact.SUBJECT, SSL + "SubjectInput"));

  private InputCodec() {}

  static MatchInput input(Decoding in, Any any) {
    String type = Decoding.typeOf(any);
    switch (type) {
      case HEADER:
        var header = in.parse(any.getValue(), HttpRequestHeaderMatchInput.parser());
        return new MatchInput.Header(in.headerName("header_name", header.getHeaderName()));
      case FILTER_STATE:
        var state = in.parse(any.getValue(), FilterStateInput.parser());
        return new MatchInput.FilterState(in.required("key", state.getKey()));
      case METADATA:
        return metadata(in, in.parse(any.getValue(), DynamicMetadataInput.parser()));
      case ENVIRONMENT:
        var variable = in.parse(any.getValue(), Config.parser());
        return new MatchInput.Environment(in.required("name", variable.getName()));
      case ATTRIBUTES:
        return new MatchInput.Attributes();
      default:
        for (Map.Entry<Fact, String> fact : FACTS.entrySet()) {
          if (fact.getValue().equals(type)) {
            return new MatchInput.OfConnection(fact.getKey());
          }
        }
        throw in.refuse("unknown input " + type);
    }
  }

  private static MatchInput metadata(Decoding in, DynamicMetadataInput message) {
    if (message.getPathCount() == 0) {
      throw in.refuse("path", "must not be empty");
    }
    return new MatchInput.DynamicMetadata(
        in.required("filter", message.getFilter()),
        in.each("path", message.getPathList(), (at, step) -> at.required("key", step.getKey())));
  }

  static TypedExtensionConfig message(MatchInput input) {
    if (input instanceof MatchInput.Header header) {
      return MatchTreeCodec.extension(
          HEADER, HttpRequestHeaderMatchInput.newBuilder().setHeaderName(header.name()).build());
    }
    if (input instanceof MatchInput.FilterState state) {
      return MatchTreeCodec.extension(
          FILTER_STATE, FilterStateInput.newBuilder().setKey(state.key()).build());
    }
    if (input instanceof MatchInput.DynamicMetadata metadata) {
      var message = DynamicMetadataInput.newBuilder().setFilter(metadata.namespace());
      metadata.path().forEach(key -> message.addPathBuilder().setKey(key));
      return MatchTreeCodec.extension(METADATA, message.build());
    }
    if (input instanceof MatchInput.Environment variable) {
      return MatchTreeCodec.extension(
          ENVIRONMENT, Config.newBuilder().setName(variable.name()).build());
    }
    Message empty = HttpAttributesCelMatchInput.getDefaultInstance();
    return input instanceof MatchInput.OfConnection of
        ? MatchTreeCodec.extension(FACTS.getOrDefault(of.fact(), ""), empty)
        : MatchTreeCodec.extension(ATTRIBUTES, empty);
  }

  static InputMatcher matcher(Decoding in, Any any) {
    switch (Decoding.typeOf(any)) {
      case IN_RANGES:
        var ip = in.parse(any.getValue(), Ip.parser());
        if (ip.getCidrRangesCount() == 0) {
          throw in.refuse("cidr_ranges", "must not be empty");
        }
        in.required("stat_prefix", ip.getStatPrefix());
        return new InputMatcher.InRanges(
            in.each("cidr_ranges", ip.getCidrRangesList(), HttpConnectionCodec::cidr));
      case OF_VALUE:
        var metadata = in.parse(any.getValue(), Metadata.parser());
        if (!metadata.hasValue()) {
          throw in.refuse("value", "is missing");
        }
        return new InputMatcher.OfValue(
            in.inside("value", metadata.getValue(), MatcherCodec::value), metadata.getInvert());
      case HASH_REACHES:
        return reaches(in, in.parse(any.getValue(), ConsistentHashing.parser()));
      case HASH_WITHIN:
        var fraction = in.parse(any.getValue(), RuntimeFraction.parser());
        return new InputMatcher.HashWithin(
            in.inside("runtime_fraction", fraction.getRuntimeFraction(), RouteMatchCodec::fraction),
            fraction.getSeed());
      case CelCodec.TYPE:
        return new InputMatcher.Condition(
            CelCodec.matcher(in, in.parse(any.getValue(), CelMatcher.parser())));
      default:
        throw in.refuse("unknown matcher " + Decoding.typeOf(any));
    }
  }

  private static InputMatcher reaches(Decoding in, ConsistentHashing message) {
    long threshold = Integer.toUnsignedLong(message.getThreshold());
    long modulo = Integer.toUnsignedLong(message.getModulo());
    if (modulo == 0 || threshold > modulo) {
      throw in.refuse("modulo", "must be greater than 0, and no less than the threshold");
    }
    return new InputMatcher.HashReaches(threshold, modulo, message.getSeed());
  }

  static void message(InputMatcher matcher, SinglePredicate.Builder to) {
    if (matcher instanceof InputMatcher.Text text) {
      to.setValueMatch(text(text.matcher()));
    } else if (matcher instanceof InputMatcher.InRanges in) {
      var message = Ip.newBuilder().setStatPrefix("ip");
      in.ranges().forEach(cidr -> message.addCidrRanges(HttpConnectionCodec.cidr(cidr)));
      to.setCustomMatch(MatchTreeCodec.extension(IN_RANGES, message.build()));
    } else if (matcher instanceof InputMatcher.OfValue of) {
      var message =
          Metadata.newBuilder()
              .setValue(MatcherCodec.value(of.matcher()))
              .setInvert(of.invert())
              .build();
      to.setCustomMatch(MatchTreeCodec.extension(OF_VALUE, message));
    } else if (matcher instanceof InputMatcher.HashReaches hash) {
      var message =
          ConsistentHashing.newBuilder()
              .setThreshold((int) hash.threshold())
              .setModulo((int) hash.modulo())
              .setSeed(hash.seed())
              .build();
      to.setCustomMatch(MatchTreeCodec.extension(HASH_REACHES, message));
    } else if (matcher instanceof InputMatcher.HashWithin hash) {
      var message =
          RuntimeFraction.newBuilder()
              .setRuntimeFraction(RouteMatchCodec.fraction(hash.share()))
              .setSeed(hash.seed())
              .build();
      to.setCustomMatch(MatchTreeCodec.extension(HASH_WITHIN, message));
    } else {
      var condition = (InputMatcher.Condition) matcher;
      to.setCustomMatch(
          MatchTreeCodec.extension(CelCodec.TYPE, CelCodec.matcher(condition.expression())));
    }
  }

  /** The two packages of string matchers are wire-equal. */
  static StringMatcher text(
      Decoding in, io.inmesh.proto.xds.type.matcher.v3.StringMatcher message) {
    return MatcherCodec.string(
        in,
        in.parse(
            message.toByteString(), io.inmesh.proto.envoy.type.matcher.v3.StringMatcher.parser()));
  }

  private static io.inmesh.proto.xds.type.matcher.v3.StringMatcher text(StringMatcher matcher) {
    try {
      var message =
          io.inmesh.proto.xds.type.matcher.v3.StringMatcher.newBuilder()
              .mergeFrom(MatcherCodec.string(matcher).toByteString());
      if (message.hasSafeRegex()) {
        message.getSafeRegexBuilder().getGoogleRe2Builder();
      }
      return message.build();
    } catch (InvalidProtocolBufferException never) {
      throw new IllegalStateException(never);
    }
  }
}
