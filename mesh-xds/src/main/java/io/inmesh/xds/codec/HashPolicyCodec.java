package io.inmesh.xds.codec;

import io.inmesh.config.HashPolicy;
import io.inmesh.proto.envoy.config.route.v3.RouteAction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Where the hash that chooses a host comes from. */
final class HashPolicyCodec {
  private HashPolicyCodec() {}

  static List<HashPolicy> policies(Decoding in, List<RouteAction.HashPolicy> messages) {
    if (messages.isEmpty()) {
      return List.of();
    }
    var policies = new ArrayList<HashPolicy>(messages.size());
    for (int i = 0; i < messages.size(); i++) {
      in.enter("hash_policy", i);
      HashPolicy.Input input = input(in, messages.get(i));
      if (input != null) {
        policies.add(new HashPolicy(input, messages.get(i).getTerminal()));
      }
      in.leave();
    }
    return policies;
  }

  /** Null for connection properties without any property: nothing is hashed then. */
  private static HashPolicy.@Nullable Input input(Decoding in, RouteAction.HashPolicy message) {
    switch (message.getPolicySpecifierCase()) {
      case HEADER:
        var header = message.getHeader();
        return new HashPolicy.Header(
            in.text(in.headerName("header.header_name", header.getHeaderName())),
            in.inside(
                header.hasRegexRewrite(),
                "header.regex_rewrite",
                header.getRegexRewrite(),
                MatcherCodec::rewrite));
      case COOKIE:
        return in.inside("cookie", message.getCookie(), HashPolicyCodec::cookie);
      case CONNECTION_PROPERTIES:
        return message.getConnectionProperties().getSourceIp() ? new HashPolicy.SourceIp() : null;
      case QUERY_PARAMETER:
        return new HashPolicy.QueryParameter(
            in.required("query_parameter.name", message.getQueryParameter().getName()));
      case FILTER_STATE:
        return new HashPolicy.FilterState(
            in.required("filter_state.key", message.getFilterState().getKey()));
      default:
        throw in.refuse("no policy is given");
    }
  }

  private static HashPolicy.Cookie cookie(Decoding in, RouteAction.HashPolicy.Cookie message) {
    Map<String, String> attributes = new LinkedHashMap<>();
    message
        .getAttributesList()
        .forEach(
            attribute ->
                attributes.put(
                    in.required("attributes.name", attribute.getName()),
                    in.headerValue("attributes.value", attribute.getValue())));
    return new HashPolicy.Cookie(
        in.required("name", message.getName()),
        in.duration(message.hasTtl(), "ttl", message.getTtl()),
        in.text(message.getPath()),
        attributes);
  }

  static RouteAction.HashPolicy policy(HashPolicy policy) {
    var message = RouteAction.HashPolicy.newBuilder().setTerminal(policy.terminal());
    HashPolicy.Input input = policy.input();
    if (input instanceof HashPolicy.Header header) {
      message.getHeaderBuilder().setHeaderName(header.name());
      header
          .rewrite()
          .ifPresent(
              rewrite -> message.getHeaderBuilder().setRegexRewrite(MatcherCodec.rewrite(rewrite)));
    } else if (input instanceof HashPolicy.Cookie cookie) {
      var to = message.getCookieBuilder().setName(cookie.name()).setPath(cookie.path());
      cookie.ttl().ifPresent(ttl -> to.setTtl(Protos.duration(ttl)));
      new TreeMap<>(cookie.attributes())
          .forEach((name, value) -> to.addAttributesBuilder().setName(name).setValue(value));
    } else if (input instanceof HashPolicy.SourceIp) {
      message.getConnectionPropertiesBuilder().setSourceIp(true);
    } else if (input instanceof HashPolicy.QueryParameter query) {
      message.getQueryParameterBuilder().setName(query.name());
    } else {
      message.getFilterStateBuilder().setKey(((HashPolicy.FilterState) input).key());
    }
    return message.build();
  }
}
