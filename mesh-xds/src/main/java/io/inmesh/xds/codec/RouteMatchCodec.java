package io.inmesh.xds.codec;

import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import io.inmesh.config.FractionalPercent;
import io.inmesh.config.RouteMatch;
import io.inmesh.config.RouteMatch.PathMatch;
import io.inmesh.proto.envoy.config.core.v3.RuntimeFractionalPercent;
import io.inmesh.proto.envoy.config.core.v3.TypedExtensionConfig;
import io.inmesh.proto.envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig;
import io.inmesh.proto.envoy.type.v3.FractionalPercent.DenominatorType;
import java.util.Optional;

/** What a request must be for a route. */
final class RouteMatchCodec {
  private static final String URI_TEMPLATE =
      "envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig";

  private RouteMatchCodec() {}

  static RouteMatch match(Decoding in, io.inmesh.proto.envoy.config.route.v3.RouteMatch message) {
    PathMatch path = path(in, message);
    var tls = message.getTlsContext();
    return new RouteMatch(
        path,
        in.each("headers", message.getHeadersList(), MatcherCodec::header),
        in.each("query_parameters", message.getQueryParametersList(), MatcherCodec::query),
        in.each("cookies", message.getCookiesList(), MatcherCodec::cookie),
        in.each("dynamic_metadata", message.getDynamicMetadataList(), MatcherCodec::metadata),
        in.inside(
            message.hasRuntimeFraction(),
            "runtime_fraction",
            message.getRuntimeFraction(),
            RouteMatchCodec::fraction),
        message.hasGrpc(),
        tls.hasPresented() ? Optional.of(tls.getPresented().getValue()) : Optional.empty(),
        tls.hasValidated() ? Optional.of(tls.getValidated().getValue()) : Optional.empty());
  }

  private static PathMatch path(
      Decoding in, io.inmesh.proto.envoy.config.route.v3.RouteMatch message) {
    boolean caseSensitive = !message.hasCaseSensitive() || message.getCaseSensitive().getValue();
    switch (message.getPathSpecifierCase()) {
      case PREFIX:
        return new RouteMatch.Prefix(in.text(message.getPrefix()), caseSensitive);
      case PATH:
        return new RouteMatch.Exact(in.text(message.getPath()), caseSensitive);
      case SAFE_REGEX:
        return new RouteMatch.Pattern(
            in.inside("safe_regex", message.getSafeRegex(), Decoding::regex));
      case PATH_SEPARATED_PREFIX:
        return new RouteMatch.PathSeparatedPrefix(separated(in, message), caseSensitive);
      case PATH_MATCH_POLICY:
        return in.inside(
            "path_match_policy", message.getPathMatchPolicy(), RouteMatchCodec::template);
      case CONNECT_MATCHER:
        return new RouteMatch.Connect();
      default:
        throw in.refuse("no path is given");
    }
  }

  private static String separated(
      Decoding in, io.inmesh.proto.envoy.config.route.v3.RouteMatch message) {
    String prefix = message.getPathSeparatedPrefix();
    if (prefix.length() < 2
        || prefix.endsWith("/")
        || prefix.indexOf('?') >= 0
        || prefix.indexOf('#') >= 0) {
      throw in.refuse(
          "path_separated_prefix", "must not be a lone slash, end with one, or hold ? or #");
    }
    return in.text(prefix);
  }

  private static PathMatch template(Decoding in, TypedExtensionConfig policy) {
    in.required("name", policy.getName());
    Any any = policy.getTypedConfig();
    if (!Decoding.typeOf(any).equals(URI_TEMPLATE)) {
      throw in.refuse("typed_config", "unknown path matcher " + Decoding.typeOf(any));
    }
    in.enter("typed_config", -1);
    String template = in.parse(any.getValue(), UriTemplateMatchConfig.parser()).getPathTemplate();
    PathMatch match = new RouteMatch.UriTemplate(Templates.match(in, template));
    in.leave();
    return match;
  }

  static FractionalPercent fraction(Decoding in, RuntimeFractionalPercent message) {
    if (!message.hasDefaultValue()) {
      throw in.refuse("default_value", "is missing");
    }
    return percent(in, message.getDefaultValue(), in.text(message.getRuntimeKey()));
  }

  static FractionalPercent percent(
      Decoding in, io.inmesh.proto.envoy.type.v3.FractionalPercent message, String runtimeKey) {
    int denominator;
    switch (message.getDenominator()) {
      case HUNDRED:
        denominator = 100;
        break;
      case TEN_THOUSAND:
        denominator = 10_000;
        break;
      case MILLION:
        denominator = 1_000_000;
        break;
      default:
        throw in.refuse("denominator", "has an unknown value");
    }
    return new FractionalPercent(Decoding.clamped(message.getNumerator()), denominator, runtimeKey);
  }

  static RuntimeFractionalPercent fraction(FractionalPercent fraction) {
    return RuntimeFractionalPercent.newBuilder()
        .setDefaultValue(percent(fraction))
        .setRuntimeKey(fraction.runtimeKey())
        .build();
  }

  static io.inmesh.proto.envoy.type.v3.FractionalPercent percent(FractionalPercent fraction) {
    DenominatorType denominator =
        fraction.denominator() == 1_000_000
            ? DenominatorType.MILLION
            : fraction.denominator() == 10_000
                ? DenominatorType.TEN_THOUSAND
                : DenominatorType.HUNDRED;
    return io.inmesh.proto.envoy.type.v3.FractionalPercent.newBuilder()
        .setNumerator(fraction.numerator())
        .setDenominator(denominator)
        .build();
  }

  static io.inmesh.proto.envoy.config.route.v3.RouteMatch match(RouteMatch match) {
    var message = io.inmesh.proto.envoy.config.route.v3.RouteMatch.newBuilder();
    path(match.path(), message);
    match.headers().forEach(header -> message.addHeaders(MatcherCodec.header(header)));
    match.queryParameters().forEach(query -> message.addQueryParameters(MatcherCodec.query(query)));
    match.cookies().forEach(cookie -> message.addCookies(MatcherCodec.cookie(cookie)));
    match
        .dynamicMetadata()
        .forEach(metadata -> message.addDynamicMetadata(MatcherCodec.metadata(metadata)));
    match.runtimeFraction().ifPresent(share -> message.setRuntimeFraction(fraction(share)));
    if (match.grpc()) {
      message.getGrpcBuilder();
    }
    match
        .certificatePresented()
        .ifPresent(value -> message.getTlsContextBuilder().setPresented(BoolValue.of(value)));
    match
        .certificateValidated()
        .ifPresent(value -> message.getTlsContextBuilder().setValidated(BoolValue.of(value)));
    return message.build();
  }

  private static void path(
      PathMatch path, io.inmesh.proto.envoy.config.route.v3.RouteMatch.Builder message) {
    if (path instanceof RouteMatch.Prefix prefix) {
      message.setPrefix(prefix.prefix());
      caseSensitive(prefix.caseSensitive(), message);
    } else if (path instanceof RouteMatch.Exact exact) {
      message.setPath(exact.path());
      caseSensitive(exact.caseSensitive(), message);
    } else if (path instanceof RouteMatch.PathSeparatedPrefix prefix) {
      message.setPathSeparatedPrefix(prefix.prefix());
      caseSensitive(prefix.caseSensitive(), message);
    } else if (path instanceof RouteMatch.Pattern pattern) {
      message.setSafeRegex(MatcherCodec.regex(pattern.regex()));
    } else if (path instanceof RouteMatch.UriTemplate template) {
      var config = UriTemplateMatchConfig.newBuilder().setPathTemplate(template.template());
      message
          .getPathMatchPolicyBuilder()
          .setName("envoy.path.match.uri_template.uri_template_matcher")
          .setTypedConfig(Anys.of(URI_TEMPLATE, config.build()));
    } else {
      message.getConnectMatcherBuilder();
    }
  }

  /** Said also where it is the default: grpc-java reads its absence as false. */
  private static void caseSensitive(
      boolean value, io.inmesh.proto.envoy.config.route.v3.RouteMatch.Builder message) {
    message.setCaseSensitive(BoolValue.of(value));
  }
}
