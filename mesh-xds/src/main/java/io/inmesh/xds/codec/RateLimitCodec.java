package io.inmesh.xds.codec;

import com.google.protobuf.BoolValue;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.UInt64Value;
import io.inmesh.config.RateLimit;
import io.inmesh.config.RateLimit.Action;
import io.inmesh.config.RateLimit.MetadataPath;
import io.inmesh.proto.envoy.config.route.v3.RateLimit.Action.MetaData;
import io.inmesh.proto.envoy.config.route.v3.RateLimit.Action.RequestHeaders;
import io.inmesh.proto.envoy.config.route.v3.RateLimit.HitsAddend;
import io.inmesh.proto.envoy.type.metadata.v3.MetadataKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What requests count for. */
final class RateLimitCodec {
  private static final int LAST_STAGE = 10;
  private static final int V4_BITS = 32;
  private static final int V6_BITS = 128;
  private static final long MOST_HITS = 1_000_000_000;

  private RateLimitCodec() {}

  static List<RateLimit> limits(
      Decoding in, List<io.inmesh.proto.envoy.config.route.v3.RateLimit> messages) {
    return in.each("rate_limits", messages, RateLimitCodec::limit);
  }

  /** Limits that stand in the settings of a filter. */
  static List<RateLimit> embedded(
      Decoding in, List<io.inmesh.proto.envoy.config.route.v3.RateLimit> messages) {
    return in.each(
        "rate_limits",
        messages,
        (at, message) -> {
          if (message.hasStage() || !message.getDisableKey().isEmpty()) {
            throw at.refuse("stage and disable_key are not for limits of filters");
          }
          return limit(at, message);
        });
  }

  static List<io.inmesh.proto.envoy.config.route.v3.RateLimit> embedded(List<RateLimit> limits) {
    return limits.stream().map(limit -> message(limit).toBuilder().clearStage().build()).toList();
  }

  private static RateLimit limit(
      Decoding in, io.inmesh.proto.envoy.config.route.v3.RateLimit message) {
    if (message.getActionsCount() == 0) {
      throw in.refuse("actions", "must not be empty");
    }
    if (message.getApplyOnStreamDone() || message.getLimit().hasRateLimit()) {
      // Left aside they would change who is refused.
      throw in.refuse("apply_on_stream_done and limit.rate_limit are not supported");
    }
    return new RateLimit(
        in.number("stage", message.getStage().getValue(), 0, LAST_STAGE),
        in.text(message.getDisableKey()),
        in.each("actions", message.getActionsList(), RateLimitCodec::action),
        message.getLimit().hasDynamicMetadata()
            ? Optional.of(
                in.inside(
                    "limit.dynamic_metadata.metadata_key",
                    message.getLimit().getDynamicMetadata().getMetadataKey(),
                    RateLimitCodec::path))
            : Optional.empty(),
        in.inside(
            message.hasHitsAddend(), "hits_addend", message.getHitsAddend(), RateLimitCodec::hits));
  }

  private static RateLimit.Hits hits(Decoding in, HitsAddend message) {
    long number = message.hasNumber() ? message.getNumber().getValue() : 1;
    if (number < 0 || number > MOST_HITS) {
      throw in.refuse("number", "must be from 0 to " + MOST_HITS);
    }
    return new RateLimit.Hits(
        number,
        message.getFormat().isEmpty()
            ? Optional.empty()
            : Optional.of(FormatCodec.format(in, "format", message.getFormat())));
  }

  private static MetadataPath path(Decoding in, MetadataKey message) {
    if (message.getPathCount() == 0) {
      throw in.refuse("path", "must not be empty");
    }
    var path = new ArrayList<String>();
    message.getPathList().forEach(segment -> path.add(in.required("path.key", segment.getKey())));
    return new MetadataPath(in.required("key", message.getKey()), path);
  }

  private static Action action(
      Decoding in, io.inmesh.proto.envoy.config.route.v3.RateLimit.Action message) {
    switch (message.getActionSpecifierCase()) {
      case SOURCE_CLUSTER:
        return new RateLimit.SourceCluster();
      case DESTINATION_CLUSTER:
        return new RateLimit.DestinationCluster();
      case REQUEST_HEADERS:
        return in.inside("request_headers", message.getRequestHeaders(), RateLimitCodec::header);
      case QUERY_PARAMETERS:
        var query = message.getQueryParameters();
        return new RateLimit.QueryParameter(
            in.required("query_parameters.query_parameter_name", query.getQueryParameterName()),
            in.required("query_parameters.descriptor_key", query.getDescriptorKey()),
            query.getSkipIfAbsent());
      case REMOTE_ADDRESS:
        return new RateLimit.RemoteAddress();
      case MASKED_REMOTE_ADDRESS:
        var masks = message.getMaskedRemoteAddress();
        return new RateLimit.MaskedRemoteAddress(
            masks.hasV4PrefixMaskLen()
                ? in.number("v4_prefix_mask_len", masks.getV4PrefixMaskLen().getValue(), 0, V4_BITS)
                : V4_BITS,
            masks.hasV6PrefixMaskLen()
                ? in.number("v6_prefix_mask_len", masks.getV6PrefixMaskLen().getValue(), 0, V6_BITS)
                : V6_BITS);
      default:
        return matching(in, message);
    }
  }

  private static Action matching(
      Decoding in, io.inmesh.proto.envoy.config.route.v3.RateLimit.Action message) {
    switch (message.getActionSpecifierCase()) {
      case GENERIC_KEY:
        var generic = message.getGenericKey();
        return new RateLimit.GenericKey(
            or(in, generic.getDescriptorKey(), "generic_key"),
            in.required("generic_key.descriptor_value", generic.getDescriptorValue()));
      case HEADER_VALUE_MATCH:
        var headers = message.getHeaderValueMatch();
        notEmpty(in, "header_value_match.headers", headers.getHeadersCount());
        return new RateLimit.HeaderValueMatch(
            or(in, headers.getDescriptorKey(), "header_match"),
            in.required("header_value_match.descriptor_value", headers.getDescriptorValue()),
            !headers.hasExpectMatch() || headers.getExpectMatch().getValue(),
            in.each("header_value_match.headers", headers.getHeadersList(), MatcherCodec::header));
      case QUERY_PARAMETER_VALUE_MATCH:
        var query = message.getQueryParameterValueMatch();
        String field = "query_parameter_value_match.query_parameters";
        notEmpty(in, field, query.getQueryParametersCount());
        return new RateLimit.QueryValueMatch(
            or(in, query.getDescriptorKey(), "query_match"),
            in.required("query_parameter_value_match.descriptor_value", query.getDescriptorValue()),
            !query.hasExpectMatch() || query.getExpectMatch().getValue(),
            in.each(field, query.getQueryParametersList(), MatcherCodec::query));
      case METADATA:
        return in.inside("metadata", message.getMetadata(), RateLimitCodec::metadata);
      case ACTIONSPECIFIER_NOT_SET:
        throw in.refuse("no action is given");
      default:
        throw in.refuse("action " + message.getActionSpecifierCase().name() + " is not supported");
    }
  }

  private static void notEmpty(Decoding in, String field, int members) {
    if (members == 0) {
      throw in.refuse(field, "must not be empty");
    }
  }

  private static String or(Decoding in, String text, String otherwise) {
    return text.isEmpty() ? otherwise : in.text(text);
  }

  private static Action header(Decoding in, RequestHeaders message) {
    return new RateLimit.RequestHeader(
        in.text(in.headerName("header_name", message.getHeaderName())),
        in.required("descriptor_key", message.getDescriptorKey()),
        message.getSkipIfAbsent());
  }

  private static Action metadata(Decoding in, MetaData message) {
    MetaData.Source source = in.known("source", message.getSource());
    if (source != MetaData.Source.ROUTE_ENTRY && source != MetaData.Source.DYNAMIC) {
      throw in.refuse("source", source + " is not supported");
    }
    return new RateLimit.OfMetadata(
        in.required("descriptor_key", message.getDescriptorKey()),
        in.inside("metadata_key", message.getMetadataKey(), RateLimitCodec::path),
        in.text(message.getDefaultValue()),
        source == MetaData.Source.ROUTE_ENTRY,
        message.getSkipIfAbsent());
  }

  static List<io.inmesh.proto.envoy.config.route.v3.RateLimit> limits(List<RateLimit> limits) {
    return limits.stream().map(RateLimitCodec::message).toList();
  }

  private static io.inmesh.proto.envoy.config.route.v3.RateLimit message(RateLimit limit) {
    var message = io.inmesh.proto.envoy.config.route.v3.RateLimit.newBuilder();
    message.setStage(UInt32Value.of(limit.stage())).setDisableKey(limit.disableKey());
    limit
        .limitOverride()
        .ifPresent(
            path ->
                message
                    .getLimitBuilder()
                    .getDynamicMetadataBuilder()
                    .setMetadataKey(message(path)));
    limit
        .hits()
        .ifPresent(
            hits -> {
              var to = message.getHitsAddendBuilder().setNumber(UInt64Value.of(hits.number()));
              hits.format().ifPresent(format -> to.clearNumber().setFormat(format.source()));
            });
    limit.actions().forEach(action -> encode(action, message.addActionsBuilder()));
    return message.build();
  }

  private static MetadataKey message(MetadataPath path) {
    var message = MetadataKey.newBuilder().setKey(path.namespace());
    path.path().forEach(segment -> message.addPathBuilder().setKey(segment));
    return message.build();
  }

  private static void encode(
      Action action, io.inmesh.proto.envoy.config.route.v3.RateLimit.Action.Builder to) {
    if (action instanceof RateLimit.SourceCluster) {
      to.getSourceClusterBuilder();
    } else if (action instanceof RateLimit.DestinationCluster) {
      to.getDestinationClusterBuilder();
    } else if (action instanceof RateLimit.RemoteAddress) {
      to.getRemoteAddressBuilder();
    } else if (action instanceof RateLimit.MaskedRemoteAddress masked) {
      to.getMaskedRemoteAddressBuilder()
          .setV4PrefixMaskLen(UInt32Value.of(masked.v4Bits()))
          .setV6PrefixMaskLen(UInt32Value.of(masked.v6Bits()));
    } else if (action instanceof RateLimit.RequestHeader header) {
      to.getRequestHeadersBuilder()
          .setHeaderName(header.name())
          .setDescriptorKey(header.key())
          .setSkipIfAbsent(header.skipIfAbsent());
    } else if (action instanceof RateLimit.QueryParameter query) {
      to.getQueryParametersBuilder()
          .setQueryParameterName(query.name())
          .setDescriptorKey(query.key())
          .setSkipIfAbsent(query.skipIfAbsent());
    } else if (action instanceof RateLimit.GenericKey generic) {
      to.getGenericKeyBuilder().setDescriptorKey(generic.key()).setDescriptorValue(generic.value());
    } else {
      encodeMatching(action, to);
    }
  }

  private static void encodeMatching(
      Action action, io.inmesh.proto.envoy.config.route.v3.RateLimit.Action.Builder to) {
    if (action instanceof RateLimit.HeaderValueMatch headers) {
      var message =
          to.getHeaderValueMatchBuilder()
              .setDescriptorKey(headers.key())
              .setDescriptorValue(headers.value())
              .setExpectMatch(BoolValue.of(headers.expect()));
      headers.headers().forEach(header -> message.addHeaders(MatcherCodec.header(header)));
    } else if (action instanceof RateLimit.QueryValueMatch query) {
      var message =
          to.getQueryParameterValueMatchBuilder()
              .setDescriptorKey(query.key())
              .setDescriptorValue(query.value())
              .setExpectMatch(BoolValue.of(query.expect()));
      query.parameters().forEach(one -> message.addQueryParameters(MatcherCodec.query(one)));
    } else {
      var metadata = (RateLimit.OfMetadata) action;
      to.getMetadataBuilder()
          .setDescriptorKey(metadata.key())
          .setMetadataKey(message(metadata.from()))
          .setDefaultValue(metadata.otherwise())
          .setSource(metadata.ofRoute() ? MetaData.Source.ROUTE_ENTRY : MetaData.Source.DYNAMIC)
          .setSkipIfAbsent(metadata.skipIfAbsent());
    }
  }
}
