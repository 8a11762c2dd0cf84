package io.inmesh.controlplane.config.istio;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.inmesh.controlplane.config.model.MeshBuilder;
import io.inmesh.controlplane.config.model.RequestAuthentication;
import io.inmesh.controlplane.config.model.RequestAuthentication.JwtRule;
import io.inmesh.controlplane.config.yaml.Fields;
import io.inmesh.controlplane.config.yaml.Value;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads security.istio.io RequestAuthentication. */
final class RequestAuthentications {
  private RequestAuthentications() {}

  static void read(ResourceHeader header, MeshBuilder mesh) {
    Fields spec = header.spec();
    var target = Targets.read(header);
    List<JwtRule> rules = spec.list("jwtRules", RequestAuthentications::rule);
    spec.end();
    target.ifPresent(to -> mesh.add(new RequestAuthentication(header.origin(), to, rules)));
  }

  private static JwtRule rule(Value value) {
    Fields fields = value.fields();
    String jwks = fields.read("jwks", RequestAuthentications::keys).orElse("");
    String uri = fields.read("jwksUri", RequestAuthentications::uri).orElse("");
    if (!jwks.isEmpty() && !uri.isEmpty()) {
      value.error("only one of jwks and jwksUri may be set");
    } else if (jwks.isEmpty() && uri.isEmpty()) {
      value.warn(
          "has neither jwks nor jwksUri: keys are not discovered, so its tokens are refused");
    }
    var rule =
        new JwtRule(
            fields.text("issuer", ""),
            fields.list("audiences", RequestAuthentications::filled),
            jwks,
            uri,
            fields.list("fromHeaders", RequestAuthentications::place),
            fields.list("fromParams", RequestAuthentications::filled),
            fields.list("fromCookies", RequestAuthentications::filled),
            fields.text("outputPayloadToHeader", ""),
            fields.list("outputClaimToHeaders", RequestAuthentications::claim),
            fields.flag("forwardOriginalToken", false),
            fields.read("timeout", Value::positiveDuration),
            fields.list("spaceDelimitedClaims", RequestAuthentications::filled));
    fields.end();
    return rule;
  }

  /** A key set (RFC 7517); single keys that cannot be used are passed over, as Envoy does. */
  private static String keys(Value value) {
    String text = value.text();
    try {
      if (!text.isEmpty()
          && !(JsonParser.parseString(text) instanceof JsonObject set
              && set.get("keys") instanceof JsonArray)) {
        value.error("must be a JSON object with a list of keys");
      }
    } catch (JsonParseException malformed) {
      value.error("is not JSON: " + malformed.getMessage());
    }
    return text;
  }

  private static String filled(Value value) {
    String text = value.text();
    if (text.isEmpty()) {
      value.error("must not be empty");
    }
    return text;
  }

  private static String uri(Value value) {
    String text = value.text();
    try {
      URI uri = URI.create(text);
      String scheme = uri.getScheme() == null ? "" : uri.getScheme();
      if ((!scheme.equals("http") && !scheme.equals("https")) || uri.getHost() == null) {
        value.error("must be a URL of http or https");
      }
    } catch (IllegalArgumentException malformed) {
      value.error("is not a URL: " + malformed.getMessage());
    }
    return text;
  }

  private static Map.Entry<String, String> place(Value value) {
    Fields fields = value.fields();
    String name = fields.required("name").map(RequestAuthentications::header).orElse("");
    String prefix = fields.text("prefix", "");
    fields.end();
    return Map.entry(name, prefix);
  }

  private static Map.Entry<String, String> claim(Value value) {
    Fields fields = value.fields();
    String name = fields.required("header").map(RequestAuthentications::header).orElse("");
    String claim = fields.required("claim").map(RequestAuthentications::filled).orElse("");
    fields.end();
    return Map.entry(name, claim);
  }

  private static String header(Value value) {
    return filled(value).toLowerCase(Locale.ROOT);
  }
}
