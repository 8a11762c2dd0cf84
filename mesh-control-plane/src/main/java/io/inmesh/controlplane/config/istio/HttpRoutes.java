package io.inmesh.controlplane.config.istio;

import io.inmesh.config.Action;
import io.inmesh.config.Extension;
import io.inmesh.config.FilterOverride;
import io.inmesh.config.RegexRewrite;
import io.inmesh.config.RetryPolicy;
import io.inmesh.config.Rewrite;
import io.inmesh.controlplane.config.model.MeshDefaults;
import io.inmesh.controlplane.config.model.MeshSettings;
import io.inmesh.controlplane.config.model.VirtualService;
import io.inmesh.controlplane.config.model.VirtualService.Delegate;
import io.inmesh.controlplane.config.model.VirtualService.Direct;
import io.inmesh.controlplane.config.model.VirtualService.Forward;
import io.inmesh.controlplane.config.model.VirtualService.HttpRoute;
import io.inmesh.controlplane.config.model.VirtualService.Match;
import io.inmesh.controlplane.config.model.VirtualService.Mirror;
import io.inmesh.controlplane.config.model.VirtualService.Redirect;
import io.inmesh.controlplane.config.model.VirtualService.Target;
import io.inmesh.controlplane.config.yaml.Fields;
import io.inmesh.controlplane.config.yaml.Value;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads networking.istio.io HTTPRoute. */
final class HttpRoutes {
  private static final Set<Integer> REDIRECT_CODES = Set.of(301, 302, 303, 307, 308);
  private static final int MAX_BODY = 1024 * 1024;

  private final String namespace;
  private final Destinations destinations;

  HttpRoutes(MeshSettings settings, String namespace) {
    this.namespace = namespace;
    destinations = new Destinations(settings, namespace);
  }

  HttpRoute read(Value value) {
    Fields fields = value.fields();
    String name = fields.text("name", "");
    List<Match> matches = fields.list("match", HttpMatches::read);
    Target target = target(fields);
    Headers headers = fields.read("headers", Headers::read).orElse(Headers.NONE);
    Rewrite rewrite = fields.read("rewrite", HttpRoutes::rewrite).orElse(Rewrite.NONE);
    if (headers.authority().isPresent()) {
      rewrite =
          new Rewrite(rewrite.path(), new Rewrite.LiteralHost(headers.authority().get()), false);
    }
    Optional<RetryPolicy> retry =
        fields.has("retries")
            ? fields.find("retries").flatMap(Retries::read)
            : Optional.of(MeshDefaults.ISTIO_RETRY);
    Duration timeout = fields.read("timeout", Value::positiveDuration).orElse(Duration.ZERO);
    List<Mirror> mirrors = destinations.mirrors(fields);
    Map<String, FilterOverride> filters = filters(fields);
    fields.end();
    return new HttpRoute(
        name,
        matches,
        target,
        retry,
        timeout,
        rewrite,
        headers.mutations(),
        mirrors,
        filters,
        value.position());
  }

  private static Map<String, FilterOverride> filters(Fields fields) {
    var filters = new HashMap<String, FilterOverride>();
    Faults.read(fields).ifPresent(fault -> filters.put(VirtualService.FAULT, override(fault)));
    CorsPolicies.read(fields)
        .ifPresent(policy -> filters.put(VirtualService.CORS, override(policy)));
    return filters;
  }

  private static FilterOverride override(Extension settings) {
    return new FilterOverride(Optional.of(settings), false);
  }

  private Target target(Fields fields) {
    List<String> targets = fields.present("route", "redirect", "directResponse", "delegate");
    if (targets.size() > 1) {
      fields.owner().error("must not have both " + String.join(" and ", targets));
    }
    if (targets.isEmpty()) {
      fields.owner().error("route, redirect or directResponse is missing");
      return new Forward(List.of());
    }
    if (!targets.contains("route") && !targets.contains("delegate")) {
      for (String with : fields.present("rewrite", "fault")) {
        fields.owner().error("must not have both " + targets.get(0) + " and " + with);
      }
    }
    Value value = fields.find(targets.get(0)).orElseThrow();
    return switch (targets.get(0)) {
      case "route" -> forward(value);
      case "redirect" -> redirect(value);
      case "directResponse" -> direct(value);
      default -> delegate(value);
    };
  }

  private Delegate delegate(Value value) {
    Fields fields = value.fields();
    String name = fields.required("name").map(Value::text).orElse("");
    String there = fields.text("namespace", namespace);
    fields.end();
    return new Delegate(there, name);
  }

  private Forward forward(Value value) {
    var to = destinations.weighted(value);
    if (to.isEmpty()) {
      value.error("has no destination");
    }
    return new Forward(to);
  }

  private static Redirect redirect(Value value) {
    Fields fields = value.fields();
    String uri = fields.text("uri", "");
    Optional<String> authority =
        fields.read("authority", Value::text).filter(text -> !text.isEmpty());
    Optional<String> scheme = fields.read("scheme", HttpRoutes::scheme);
    int port = fields.integer("port", 0, 1, 65535);
    int code = fields.integer("redirectCode", 301, 0, 999);
    boolean requestPort =
        fields
                .read("derivePort", v -> v.choice(DerivePort.class, Enum::name))
                .orElse(DerivePort.FROM_PROTOCOL_DEFAULT)
            == DerivePort.FROM_REQUEST_PORT;
    if (code != 0 && !REDIRECT_CODES.contains(code)) {
      fields.find("redirectCode").ifPresent(v -> v.error("must be one of 301, 302, 303, 307, 308"));
    }
    if (fields.present("uri", "authority", "scheme", "port", "derivePort").isEmpty()) {
      value.error("uri, authority, scheme or port is missing");
    }
    fields.end();
    return new Redirect(
        new Action.Redirect(
            scheme,
            false,
            authority,
            port,
            uri.isEmpty() ? new Rewrite.KeepPath() : new Rewrite.ReplacePath(uri),
            code == 0 ? 301 : code,
            false),
        requestPort);
  }

  private enum DerivePort {
    FROM_PROTOCOL_DEFAULT,
    FROM_REQUEST_PORT
  }

  private static String scheme(Value value) {
    String scheme = value.text();
    if (!scheme.equals("http") && !scheme.equals("https")) {
      value.error("must be http or https, not \"" + scheme + "\"");
    }
    return scheme;
  }

  private static Direct direct(Value value) {
    Fields fields = value.fields();
    int status = fields.required("status").map(v -> v.integer(200, 599)).orElse(200);
    String body = fields.read("body", HttpRoutes::body).orElse("");
    fields.end();
    return new Direct(new Action.DirectResponse(status, body, Optional.empty()));
  }

  private static String body(Value value) {
    Fields fields = value.fields();
    List<String> set = fields.present("string", "bytes");
    if (set.size() > 1) {
      value.error("only one of string and bytes may be set");
    }
    String body =
        fields.read("bytes", HttpRoutes::decoded).orElseGet(() -> fields.text("string", ""));
    if (body.length() > MAX_BODY) {
      value.error("is longer than 1 MiB");
    }
    fields.end();
    return body;
  }

  private static String decoded(Value value) {
    try {
      return new String(Base64.getDecoder().decode(value.text()), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      value.error("is not base64");
      return "";
    }
  }

  private static Rewrite rewrite(Value value) {
    Fields fields = value.fields();
    Optional<String> uri = fields.read("uri", Value::text);
    Optional<RegexRewrite> regex = fields.read("uriRegexRewrite", HttpRoutes::regexRewrite);
    Optional<String> authority =
        fields.read("authority", Value::text).filter(text -> !text.isEmpty());
    if (uri.isPresent() && regex.isPresent()) {
      value.error("uri and uriRegexRewrite must not be set both");
    }
    if (uri.isEmpty() && regex.isEmpty() && authority.isEmpty()) {
      value.error("uri, authority or uriRegexRewrite is missing");
    }
    fields.end();
    Rewrite.Path path =
        regex.isPresent()
            ? new Rewrite.RegexPath(regex.get())
            : uri.filter(text -> !text.isEmpty()).isPresent()
                ? new Rewrite.PrefixRewrite(uri.get())
                : new Rewrite.KeepPath();
    Rewrite.Host host =
        authority.isPresent() ? new Rewrite.LiteralHost(authority.get()) : new Rewrite.KeepHost();
    return new Rewrite(path, host, false);
  }

  private static RegexRewrite regexRewrite(Value value) {
    Fields fields = value.fields();
    var regex = fields.required("match").map(StringMatches::regex);
    String replacement = fields.text("rewrite", "");
    fields.end();
    return new RegexRewrite(regex.orElse(new io.inmesh.config.Regex("")), replacement);
  }
}
