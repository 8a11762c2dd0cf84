package io.inmesh.xds.codec;

import io.inmesh.config.Rbac;
import io.inmesh.config.StringMatcher;
import io.inmesh.proto.envoy.config.core.v3.TypedExtensionConfig;
import io.inmesh.proto.envoy.config.rbac.v3.MetadataSource;
import io.inmesh.proto.envoy.config.rbac.v3.Permission;
import io.inmesh.proto.envoy.config.rbac.v3.SourcedMetadata;
import io.inmesh.proto.envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig;
import io.inmesh.proto.envoy.extensions.rbac.matchers.upstream_ip_port.v3.UpstreamIpPortMatcher;
import io.inmesh.proto.envoy.type.matcher.v3.PathMatcher;
import io.inmesh.proto.envoy.type.v3.Int32Range;
import java.util.Optional;

/** What is done, in rules of RBAC. */
final class PermissionCodec {
  private static final String URI_TEMPLATE =
      "envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig";

  private static final String UPSTREAM =
      "envoy.extensions.rbac.matchers.upstream_ip_port.v3.UpstreamIpPortMatcher";

  private PermissionCodec() {}

  static Rbac.Permission permission(Decoding in, Permission message) {
    switch (message.getRuleCase()) {
      case AND_RULES:
        notEmpty(in, message.getAndRules().getRulesCount());
        return new Rbac.AllPermissions(
            in.each(
                "and_rules.rules",
                message.getAndRules().getRulesList(),
                PermissionCodec::permission));
      case OR_RULES:
        notEmpty(in, message.getOrRules().getRulesCount());
        return new Rbac.AnyPermission(
            in.each(
                "or_rules.rules",
                message.getOrRules().getRulesList(),
                PermissionCodec::permission));
      case NOT_RULE:
        return new Rbac.NotPermission(
            in.inside("not_rule", message.getNotRule(), PermissionCodec::permission));
      case ANY:
        mustBe(in, message.getAny());
        return new Rbac.Any();
      case HEADER:
        return new Rbac.Header(in.inside("header", message.getHeader(), MatcherCodec::header));
      case URL_PATH:
        return new Rbac.UrlPath(in.inside("url_path", message.getUrlPath(), PermissionCodec::path));
      case DESTINATION_IP:
        return new Rbac.DestinationIp(
            in.inside("destination_ip", message.getDestinationIp(), HttpConnectionCodec::cidr));
      case DESTINATION_PORT:
        int port = in.number("destination_port", message.getDestinationPort(), 0, 65535);
        return new Rbac.DestinationPorts(port, port + 1);
      case DESTINATION_PORT_RANGE:
        return ports(in, message.getDestinationPortRange());
      case METADATA:
        return new Rbac.OfMetadata(
            in.inside("metadata", message.getMetadata(), MatcherCodec::metadata), false);
      case SOURCED_METADATA:
        return in.inside(
            "sourced_metadata", message.getSourcedMetadata(), PermissionCodec::metadata);
      case REQUESTED_SERVER_NAME:
        return new Rbac.ServerName(
            in.inside(
                "requested_server_name", message.getRequestedServerName(), MatcherCodec::string));
      case URI_TEMPLATE:
        return in.inside("uri_template", message.getUriTemplate(), PermissionCodec::template);
      case MATCHER:
        return in.inside("matcher", message.getMatcher(), PermissionCodec::upstream);
      default:
        throw in.refuse("no rule is given");
    }
  }

  static void notEmpty(Decoding in, int members) {
    if (members == 0) {
      throw in.refuse("a set must not be empty");
    }
  }

  static void mustBe(Decoding in, boolean any) {
    if (!any) {
      throw in.refuse("any", "must be true");
    }
  }

  static StringMatcher path(Decoding in, PathMatcher message) {
    if (!message.hasPath()) {
      throw in.refuse("path", "is missing");
    }
    return in.inside("path", message.getPath(), MatcherCodec::string);
  }

  static Rbac.OfMetadata metadata(Decoding in, SourcedMetadata message) {
    if (!message.hasMetadataMatcher()) {
      throw in.refuse("metadata_matcher", "is missing");
    }
    return new Rbac.OfMetadata(
        in.inside("metadata_matcher", message.getMetadataMatcher(), MatcherCodec::metadata),
        in.known("metadata_source", message.getMetadataSource()) == MetadataSource.ROUTE);
  }

  private static Rbac.DestinationPorts ports(Decoding in, Int32Range message) {
    if (message.getStart() < 0 || message.getStart() > 65535 || message.getEnd() > 65536) {
      throw in.refuse("destination_port_range", "must be within 0 and 65536");
    }
    if (message.getStart() >= message.getEnd()) {
      throw in.refuse("destination_port_range", "start must be less than end");
    }
    return new Rbac.DestinationPorts(message.getStart(), message.getEnd());
  }

  private static Rbac.Template template(Decoding in, TypedExtensionConfig message) {
    if (!Decoding.typeOf(message.getTypedConfig()).equals(URI_TEMPLATE)) {
      throw in.refuse("typed_config", "unknown path matcher");
    }
    var config = in.parse(message.getTypedConfig().getValue(), UriTemplateMatchConfig.parser());
    return new Rbac.Template(Templates.match(in, config.getPathTemplate()));
  }

  private static Rbac.Upstream upstream(Decoding in, TypedExtensionConfig message) {
    if (!Decoding.typeOf(message.getTypedConfig()).equals(UPSTREAM)) {
      throw in.refuse("typed_config", "unknown matcher");
    }
    var config = in.parse(message.getTypedConfig().getValue(), UpstreamIpPortMatcher.parser());
    if (!config.hasUpstreamIp() && !config.hasUpstreamPortRange()) {
      throw in.refuse("typed_config", "upstream_ip and/or upstream_port_range must be given");
    }
    return new Rbac.Upstream(
        in.inside(
            config.hasUpstreamIp(),
            "typed_config.upstream_ip",
            config.getUpstreamIp(),
            HttpConnectionCodec::cidr),
        config.hasUpstreamPortRange()
            ? Optional.of(
                new Rbac.Ports(
                    config.getUpstreamPortRange().getStart(),
                    config.getUpstreamPortRange().getEnd()))
            : Optional.empty());
  }

  private static TypedExtensionConfig message(Rbac.Upstream upstream) {
    var config = UpstreamIpPortMatcher.newBuilder();
    upstream.range().ifPresent(range -> config.setUpstreamIp(HttpConnectionCodec.cidr(range)));
    upstream
        .ports()
        .ifPresent(
            ports ->
                config.getUpstreamPortRangeBuilder().setStart(ports.start()).setEnd(ports.end()));
    return TypedExtensionConfig.newBuilder()
        .setName("envoy.rbac.matchers.upstream_ip_port")
        .setTypedConfig(Anys.of(UPSTREAM, config.build()))
        .build();
  }

  static Permission message(Rbac.Permission permission) {
    var message = Permission.newBuilder();
    if (permission instanceof Rbac.AllPermissions all) {
      all.rules().forEach(rule -> message.getAndRulesBuilder().addRules(message(rule)));
    } else if (permission instanceof Rbac.AnyPermission any) {
      any.rules().forEach(rule -> message.getOrRulesBuilder().addRules(message(rule)));
    } else if (permission instanceof Rbac.NotPermission not) {
      message.setNotRule(message(not.rule()));
    } else if (permission instanceof Rbac.Any) {
      message.setAny(true);
    } else if (permission instanceof Rbac.Header header) {
      message.setHeader(MatcherCodec.header(header.matcher()));
    } else if (permission instanceof Rbac.UrlPath path) {
      message.getUrlPathBuilder().setPath(MatcherCodec.string(path.matcher()));
    } else if (permission instanceof Rbac.Template template) {
      var config = UriTemplateMatchConfig.newBuilder().setPathTemplate(template.template());
      message
          .getUriTemplateBuilder()
          .setName("envoy.path.match.uri_template.uri_template_matcher")
          .setTypedConfig(Anys.of(URI_TEMPLATE, config.build()));
    } else if (permission instanceof Rbac.DestinationIp ip) {
      message.setDestinationIp(HttpConnectionCodec.cidr(ip.range()));
    } else if (permission instanceof Rbac.DestinationPorts ports) {
      ports(ports, message);
    } else if (permission instanceof Rbac.OfMetadata metadata) {
      message.setSourcedMetadata(metadata(metadata));
    } else if (permission instanceof Rbac.Upstream upstream) {
      message.setMatcher(message(upstream));
    } else {
      message.setRequestedServerName(MatcherCodec.string(((Rbac.ServerName) permission).matcher()));
    }
    return message.build();
  }

  private static void ports(Rbac.DestinationPorts ports, Permission.Builder message) {
    if (ports.end() == ports.start() + 1) {
      message.setDestinationPort(ports.start());
    } else {
      message.getDestinationPortRangeBuilder().setStart(ports.start()).setEnd(ports.end());
    }
  }

  static SourcedMetadata metadata(Rbac.OfMetadata metadata) {
    return SourcedMetadata.newBuilder()
        .setMetadataMatcher(MatcherCodec.metadata(metadata.matcher()))
        .setMetadataSource(metadata.ofRoute() ? MetadataSource.ROUTE : MetadataSource.DYNAMIC)
        .build();
  }
}
