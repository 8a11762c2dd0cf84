package io.inmesh.xds.codec;

import io.inmesh.config.FilterStateMatcher.InRanges;
import io.inmesh.config.FilterStateMatcher.Text;
import io.inmesh.config.Rbac;
import io.inmesh.config.Rbac.Caller;
import io.inmesh.proto.envoy.config.core.v3.CidrRange;
import io.inmesh.proto.envoy.config.core.v3.TypedExtensionConfig;
import io.inmesh.proto.envoy.config.rbac.v3.Principal;
import io.inmesh.proto.envoy.extensions.rbac.principals.mtls_authenticated.v3.Config;
import io.inmesh.proto.envoy.type.matcher.v3.FilterStateMatcher;

/** Who does it, in rules of RBAC. */
final class PrincipalCodec {
  private static final String MUTUAL_TLS =
      "envoy.extensions.rbac.principals.mtls_authenticated.v3.Config";

  private PrincipalCodec() {}

  static Rbac.Principal principal(Decoding in, Principal message) {
    switch (message.getIdentifierCase()) {
      case AND_IDS:
        PermissionCodec.notEmpty(in, message.getAndIds().getIdsCount());
        return new Rbac.AllPrincipals(
            in.each("and_ids.ids", message.getAndIds().getIdsList(), PrincipalCodec::principal));
      case OR_IDS:
        PermissionCodec.notEmpty(in, message.getOrIds().getIdsCount());
        return new Rbac.AnyPrincipal(
            in.each("or_ids.ids", message.getOrIds().getIdsList(), PrincipalCodec::principal));
      case NOT_ID:
        return new Rbac.NotPrincipal(
            in.inside("not_id", message.getNotId(), PrincipalCodec::principal));
      case ANY:
        PermissionCodec.mustBe(in, message.getAny());
        return new Rbac.Any();
      case AUTHENTICATED:
        return new Rbac.Authenticated(
            in.inside(
                message.getAuthenticated().hasPrincipalName(),
                "authenticated.principal_name",
                message.getAuthenticated().getPrincipalName(),
                MatcherCodec::string));
      case SOURCE_IP:
        return caller(in, "source_ip", Caller.SOURCE, message.getSourceIp());
      case DIRECT_REMOTE_IP:
        return caller(in, "direct_remote_ip", Caller.DIRECT, message.getDirectRemoteIp());
      case REMOTE_IP:
        return caller(in, "remote_ip", Caller.REMOTE, message.getRemoteIp());
      case HEADER:
        return new Rbac.Header(in.inside("header", message.getHeader(), MatcherCodec::header));
      case URL_PATH:
        return new Rbac.UrlPath(in.inside("url_path", message.getUrlPath(), PermissionCodec::path));
      case METADATA:
        return new Rbac.OfMetadata(
            in.inside("metadata", message.getMetadata(), MatcherCodec::metadata), false);
      case SOURCED_METADATA:
        return in.inside(
            "sourced_metadata", message.getSourcedMetadata(), PermissionCodec::metadata);
      case FILTER_STATE:
        return in.inside("filter_state", message.getFilterState(), PrincipalCodec::filterState);
      case CUSTOM:
        return in.inside("custom", message.getCustom(), PrincipalCodec::mutualTls);
      default:
        throw in.refuse("no identifier is given");
    }
  }

  private static Rbac.MutualTls mutualTls(Decoding in, TypedExtensionConfig message) {
    if (!Decoding.typeOf(message.getTypedConfig()).equals(MUTUAL_TLS)) {
      throw in.refuse("typed_config", "unknown principal");
    }
    var config = in.parse(message.getTypedConfig().getValue(), Config.parser());
    if (!config.hasSanMatcher() && !config.getAnyValidatedClientCertificate()) {
      throw in.refuse(
          "typed_config", "san_matcher or any_validated_client_certificate must be given");
    }
    return new Rbac.MutualTls(
        in.inside(
            config.hasSanMatcher(),
            "typed_config.san_matcher",
            config.getSanMatcher(),
            ValidationCodec::name));
  }

  private static TypedExtensionConfig message(Rbac.MutualTls peer) {
    var config = Config.newBuilder().setAnyValidatedClientCertificate(peer.name().isEmpty());
    peer.name().ifPresent(name -> config.setSanMatcher(ValidationCodec.name(name)));
    return TypedExtensionConfig.newBuilder()
        .setName("envoy.rbac.principals.mtls_authenticated")
        .setTypedConfig(Anys.of(MUTUAL_TLS, config.build()))
        .build();
  }

  private static Rbac.OfFilterState filterState(Decoding in, FilterStateMatcher message) {
    String key = in.required("key", message.getKey());
    switch (message.getMatcherCase()) {
      case STRING_MATCH:
        return new Rbac.OfFilterState(
            new io.inmesh.config.FilterStateMatcher(
                key,
                new Text(
                    in.inside("string_match", message.getStringMatch(), MatcherCodec::string))));
      case ADDRESS_MATCH:
        return new Rbac.OfFilterState(
            new io.inmesh.config.FilterStateMatcher(
                key,
                new InRanges(
                    in.each(
                        "address_match.ranges",
                        message.getAddressMatch().getRangesList(),
                        MatchTreeCodec::cidr))));
      default:
        throw in.refuse("no matcher is given");
    }
  }

  private static FilterStateMatcher message(io.inmesh.config.FilterStateMatcher matcher) {
    var message = FilterStateMatcher.newBuilder().setKey(matcher.key());
    if (matcher.value() instanceof Text text) {
      message.setStringMatch(MatcherCodec.string(text.matcher()));
    } else {
      var ranges = message.getAddressMatchBuilder();
      ((InRanges) matcher.value())
          .ranges()
          .forEach(cidr -> ranges.addRanges(MatchTreeCodec.cidr(cidr)));
    }
    return message.build();
  }

  private static Rbac.CallerIp caller(Decoding in, String field, Caller which, CidrRange message) {
    return new Rbac.CallerIp(which, in.inside(field, message, HttpConnectionCodec::cidr));
  }

  static Principal message(Rbac.Principal principal) {
    var message = Principal.newBuilder();
    if (principal instanceof Rbac.AllPrincipals all) {
      all.ids().forEach(id -> message.getAndIdsBuilder().addIds(message(id)));
    } else if (principal instanceof Rbac.AnyPrincipal any) {
      any.ids().forEach(id -> message.getOrIdsBuilder().addIds(message(id)));
    } else if (principal instanceof Rbac.NotPrincipal not) {
      message.setNotId(message(not.id()));
    } else if (principal instanceof Rbac.Any) {
      message.setAny(true);
    } else if (principal instanceof Rbac.Header header) {
      message.setHeader(MatcherCodec.header(header.matcher()));
    } else if (principal instanceof Rbac.UrlPath path) {
      message.getUrlPathBuilder().setPath(MatcherCodec.string(path.matcher()));
    } else if (principal instanceof Rbac.OfMetadata metadata) {
      message.setSourcedMetadata(PermissionCodec.metadata(metadata));
    } else if (principal instanceof Rbac.OfFilterState state) {
      message.setFilterState(message(state.matcher()));
    } else if (principal instanceof Rbac.MutualTls peer) {
      message.setCustom(message(peer));
    } else if (principal instanceof Rbac.Authenticated peer) {
      message.getAuthenticatedBuilder();
      peer.name()
          .ifPresent(
              name ->
                  message.getAuthenticatedBuilder().setPrincipalName(MatcherCodec.string(name)));
    } else {
      caller((Rbac.CallerIp) principal, message);
    }
    return message.build();
  }

  private static void caller(Rbac.CallerIp caller, Principal.Builder message) {
    CidrRange range = HttpConnectionCodec.cidr(caller.range());
    switch (caller.which()) {
      case DIRECT:
        message.setDirectRemoteIp(range);
        break;
      case REMOTE:
        message.setRemoteIp(range);
        break;
      default:
        message.setSourceIp(range);
        break;
    }
  }
}
