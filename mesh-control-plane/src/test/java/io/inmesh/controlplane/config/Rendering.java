package io.inmesh.controlplane.config;

import io.inmesh.config.Action;
import io.inmesh.config.Balancing;
import io.inmesh.config.Balancing.SlowStart;
import io.inmesh.config.CircuitBreakers.Thresholds;
import io.inmesh.config.Cluster;
import io.inmesh.config.ClusterSpecifier;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.FractionalPercent;
import io.inmesh.config.HashPolicy;
import io.inmesh.config.HeaderMatcher;
import io.inmesh.config.HeaderMutations;
import io.inmesh.config.Metadata;
import io.inmesh.config.MirrorPolicy;
import io.inmesh.config.OutlierDetection;
import io.inmesh.config.ProtocolOptions;
import io.inmesh.config.QueryParameterMatcher;
import io.inmesh.config.Resource;
import io.inmesh.config.RetryPolicy;
import io.inmesh.config.Rewrite;
import io.inmesh.config.Route;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.config.RouteMatch;
import io.inmesh.config.StringMatcher;
import io.inmesh.config.TransportSocket;
import io.inmesh.config.VirtualHost;
import io.inmesh.controlplane.config.compile.ResourceSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Resources as lines of text: one for each virtual host, route, cluster and set of endpoints. The
 * expected files were made the same way from what Istio generates.
 */
final class Rendering {
  private Rendering() {}

  static SortedSet<String> lines(ResourceSet resources) {
    var lines = new TreeSet<String>();
    for (Resource resource : resources.all()) {
      if (resource instanceof RouteConfiguration routes) {
        routes.virtualHosts().forEach(host -> host(host, lines));
      } else if (resource instanceof Cluster cluster) {
        lines.add(cluster(cluster));
      } else if (resource instanceof EndpointSet set) {
        lines.add("endpoints " + set.name() + " " + endpoints(set));
      }
    }
    return lines;
  }

  private static void host(VirtualHost host, Set<String> lines) {
    lines.add("domains " + host.name() + " " + list(host.domains().stream().sorted()));
    int at = 0;
    for (Route route : host.routes()) {
      lines.add(
          "route " + host.name() + " #" + at++ + " name=" + route.name() + " " + route(route));
    }
  }

  private static String list(Stream<String> items) {
    return "[" + String.join("; ", items.toList()) + "]";
  }

  private static String nanos(Duration duration) {
    return duration.toNanos() / 1000 + "us";
  }

  private static String route(Route route) {
    RouteMatch match = route.match();
    return path(match.path())
        + " headers="
        + list(match.headers().stream().map(Rendering::header).sorted())
        + " query="
        + list(match.queryParameters().stream().map(Rendering::query).sorted())
        + " -> "
        + action(route.action())
        + " "
        + mutations(route.mutations());
  }

  private static String path(RouteMatch.PathMatch path) {
    if (path instanceof RouteMatch.Prefix prefix) {
      return "prefix:" + prefix.prefix() + (prefix.caseSensitive() ? "" : " nocase");
    }
    if (path instanceof RouteMatch.Exact exact) {
      return "path:" + exact.path() + (exact.caseSensitive() ? "" : " nocase");
    }
    return "regex:" + ((RouteMatch.Pattern) path).regex().pattern();
  }

  private static String text(StringMatcher matcher) {
    if (matcher instanceof StringMatcher.Exact exact) {
      return "exact:" + exact.value();
    }
    if (matcher instanceof StringMatcher.Prefix prefix) {
      return "prefix:" + prefix.value();
    }
    return "regex:" + ((StringMatcher.Pattern) matcher).regex().pattern();
  }

  private static String header(HeaderMatcher header) {
    String value =
        header.value() instanceof HeaderMatcher.Text text
            ? text(text.matcher())
            : "present:" + ((HeaderMatcher.Present) header.value()).present();
    return header.name()
        + " "
        + value
        + (header.invert() ? " inv" : "")
        + (header.treatMissingAsEmpty() ? " empty" : "");
  }

  private static String query(QueryParameterMatcher query) {
    return query.name() + " " + query.value().map(Rendering::text).orElse("present");
  }

  private static String action(Action action) {
    if (action instanceof Action.DirectResponse direct) {
      return "direct " + direct.status() + " " + direct.body();
    }
    if (action instanceof Action.Redirect redirect) {
      String path = redirect.path() instanceof Rewrite.ReplacePath replace ? replace.path() : "-";
      return "redirect host=%s path=%s scheme=%s port=%d code=%d"
          .formatted(
              redirect.host().orElse("-"),
              path,
              redirect.scheme().orElse("-"),
              redirect.port(),
              redirect.status());
    }
    var forward = (Action.Forward) action;
    return clusters(forward.clusters())
        + " timeout="
        + nanos(forward.timeouts().response())
        + " grpc="
        + forward.timeouts().maxGrpc().map(Rendering::nanos).orElse("-")
        + " retry="
        + forward.retry().map(Rendering::retry).orElse("-")
        + " rewrite="
        + rewrite(forward.rewrite().path())
        + " host="
        + (forward.rewrite().host() instanceof Rewrite.LiteralHost host ? host.host() : "-")
        + " mirror="
        + list(forward.mirrors().stream().map(Rendering::mirror))
        + " hash="
        + list(forward.hashPolicies().stream().map(Rendering::hash));
  }

  private static String clusters(ClusterSpecifier clusters) {
    if (clusters instanceof ClusterSpecifier.Named named) {
      return "cluster:" + named.cluster();
    }
    return "weighted:"
        + list(((ClusterSpecifier.Weighted) clusters).entries().stream().map(Rendering::entry));
  }

  private static String entry(ClusterSpecifier.Entry entry) {
    boolean plain = entry.mutations().equals(HeaderMutations.NONE) && entry.hostRewrite().isEmpty();
    return entry.cluster().orElseThrow()
        + "="
        + entry.weight()
        + (plain
            ? ""
            : " " + mutations(entry.mutations()) + " host=" + entry.hostRewrite().orElse(""));
  }

  private static String retry(RetryPolicy retry) {
    var on = new TreeSet<String>();
    retry.on().forEach(one -> on.add(one.token()));
    return "on=%s n=%d try=%s codes=%s prev=%s draws=%d prio=%d base=%s"
        .formatted(
            String.join("+", on),
            retry.retries(),
            nanos(retry.perTryTimeout()),
            retry.statusCodes(),
            retry.hosts().avoidPrevious(),
            retry.hosts().maxAttempts(),
            retry.hosts().previousPriorities(),
            nanos(retry.backOff().base()));
  }

  private static String rewrite(Rewrite.Path path) {
    if (path instanceof Rewrite.PrefixRewrite prefix) {
      return "prefix:" + prefix.replacement();
    }
    return path instanceof Rewrite.RegexPath regex
        ? "regex:" + regex.rewrite().pattern().pattern() + ">" + regex.rewrite().substitution()
        : "-";
  }

  private static String mirror(MirrorPolicy mirror) {
    FractionalPercent share = mirror.fraction();
    return mirror.cluster().orElseThrow()
        + " "
        + share.numerator()
        + "/"
        + share.denominator()
        + (mirror.disableShadowHostSuffix() ? " plain" : "");
  }

  private static String hash(HashPolicy policy) {
    HashPolicy.Input input = policy.input();
    if (input instanceof HashPolicy.Header header) {
      return "header:" + header.name();
    }
    if (input instanceof HashPolicy.Cookie cookie) {
      return "cookie:%s ttl=%s path=%s"
          .formatted(cookie.name(), cookie.ttl().map(Rendering::nanos).orElse("-"), cookie.path());
    }
    return input instanceof HashPolicy.QueryParameter query ? "query:" + query.name() : "ip";
  }

  private static String mutations(HeaderMutations mutations) {
    return "req"
        + added(mutations.requestAdd())
        + " reqrm"
        + removed(mutations.requestRemove())
        + " resp"
        + added(mutations.responseAdd())
        + " resprm"
        + removed(mutations.responseRemove());
  }

  private static String added(List<HeaderMutations.HeaderValue> values) {
    return "["
        + String.join(
            ", ",
            values.stream()
                .map(v -> "'" + v.name() + "=" + v.value().source() + ":" + v.append() + "'")
                .toList())
        + "]";
  }

  private static String removed(List<String> names) {
    return "[" + String.join(", ", names.stream().map(name -> "'" + name + "'").toList()) + "]";
  }

  private static String cluster(Cluster cluster) {
    Balancing balancing = cluster.balancing();
    return "cluster %s %s %s%s connect=%s limits=%s outlier=%s panic=%s http=%s %s%s"
        .formatted(
            cluster.name(),
            discovery(cluster.discovery()),
            policy(balancing.policy()),
            balancing.locality() instanceof Balancing.Weighted ? " by-locality" : "",
            nanos(cluster.transport().connectTimeout()),
            limits(cluster.circuitBreakers().normal()),
            cluster.outlierDetection().map(Rendering::outlier).orElse("-"),
            balancing.panicThreshold(),
            protocol(cluster.transport().protocol()),
            sockets(cluster.transport()),
            dns(cluster.discovery()));
  }

  private static String discovery(Cluster.Discovery discovery) {
    if (discovery instanceof Cluster.Eds) {
      return "EDS";
    }
    if (discovery instanceof Cluster.Dns dns) {
      return dns.logical() ? "LOGICAL_DNS" : "STRICT_DNS";
    }
    return "ORIGINAL_DST";
  }

  private static String dns(Cluster.Discovery discovery) {
    return discovery instanceof Cluster.Dns dns
        ? " dns=%s ttl=%s %s %s"
            .formatted(
                nanos(dns.refresh()), dns.respectTtl(), dns.family(), endpoints(dns.endpoints()))
        : "";
  }

  private static String policy(Balancing.Policy policy) {
    if (policy instanceof Balancing.RingHash ring) {
      return "RING_HASH ring=" + ring.minimumSize();
    }
    if (policy instanceof Balancing.Maglev maglev) {
      return "MAGLEV table=" + maglev.tableSize();
    }
    if (policy instanceof Balancing.LeastRequest least) {
      return "LEAST_REQUEST" + slow(least.slowStart());
    }
    if (policy instanceof Balancing.RoundRobin robin) {
      return "ROUND_ROBIN" + slow(robin.slowStart());
    }
    return policy instanceof Balancing.Random ? "RANDOM" : "CLUSTER_PROVIDED";
  }

  private static String slow(SlowStart slow) {
    return slow.window().isZero()
        ? ""
        : " slow=%s %s %s"
            .formatted(nanos(slow.window()), slow.aggression(), slow.minWeightPercent());
  }

  private static String limits(Thresholds limits) {
    int[] all = {
      limits.maxConnections(),
      limits.maxPendingRequests(),
      limits.maxRequests(),
      limits.maxRetries()
    };
    List<String> shown =
        Arrays.stream(all).mapToObj(n -> n == Integer.MAX_VALUE ? "*" : String.valueOf(n)).toList();
    return String.join("/", shown)
        + limits
            .retryBudget()
            .map(b -> " budget=" + b.percent() + "/" + b.minRetryConcurrency())
            .orElse("");
  }

  private static String outlier(OutlierDetection outlier) {
    var few = outlier.consecutive();
    return "5xx=%d/%d gw=%d/%d local=%d/%d sr=%d int=%s base=%s max=%d split=%s"
        .formatted(
            few.serverErrors(),
            few.enforcingServerErrors(),
            few.gatewayFailures(),
            few.enforcingGatewayFailures(),
            few.localOriginFailures(),
            few.enforcingLocalOriginFailures(),
            outlier.successRate().enforcing(),
            nanos(outlier.ejection().interval()),
            nanos(outlier.ejection().base()),
            outlier.ejection().maxPercent(),
            outlier.splitExternalLocalOrigin());
  }

  private static String protocol(ProtocolOptions options) {
    String http =
        switch (options.http()) {
          case HTTP_1 -> "h1";
          case HTTP_2 -> "h2";
          case AUTO -> "auto";
          case DOWNSTREAM -> "down";
        };
    var sni = options.sni();
    return http
        + " idle="
        + nanos(options.idleTimeout())
        + " age="
        + nanos(options.maxConnectionDuration())
        + " per="
        + options.maxRequestsPerConnection()
        + (sni.auto() ? " autosni=true autosan=" + sni.autoSanValidation() : "");
  }

  private static String sockets(Cluster.Transport transport) {
    if (transport.socketMatches().isEmpty()) {
      return socket(transport.socket());
    }
    return "matches:"
        + String.join(
            "|",
            transport.socketMatches().stream()
                .map(match -> match.name() + " " + socket(match.socket()))
                .toList());
  }

  private static String socket(TransportSocket socket) {
    if (!(socket instanceof TransportSocket.UpstreamTls tls)) {
      return "raw";
    }
    var validation = tls.common().validation();
    return "tls(cert=%s root=%s sans=%s sni=%s)"
        .formatted(
            list(tls.common().certificate().stream().map(Rendering::source)),
            validation
                .flatMap(TransportSocket.Validation::authorities)
                .map(Rendering::source)
                .orElse("-"),
            list(
                validation.stream()
                    .flatMap(v -> v.subjectAltNames().stream())
                    .map(name -> ((StringMatcher.Exact) name.matcher()).value())
                    .sorted()),
            tls.sni());
  }

  private static String source(TransportSocket.SecretSource source) {
    return source instanceof TransportSocket.Local local
        ? local.name()
        : ((TransportSocket.Sds) source).name();
  }

  private static String endpoints(EndpointSet set) {
    var all = new ArrayList<String>();
    for (EndpointSet.LocalityEndpoints group : set.localities()) {
      var at = group.locality();
      for (EndpointSet.Endpoint endpoint : group.endpoints()) {
        String address =
            endpoint.address().port() < 0
                ? "unix " + endpoint.address().host()
                : endpoint.address().host() + ":" + endpoint.address().port();
        boolean tls =
            "istio".equals(endpoint.metadata().in(Metadata.TRANSPORT_SOCKET_MATCH).get("tlsMode"));
        all.add(
            "%s@%s/%s/%s p%d w%d%s"
                .formatted(
                    address,
                    at.region(),
                    at.zone(),
                    at.subZone(),
                    group.priority(),
                    endpoint.weight(),
                    tls ? " tls" : ""));
      }
    }
    return String.join(" ", all.stream().sorted().toList());
  }

  static Optional<String> firstDifference(Set<String> wanted, Set<String> found) {
    var text = new StringBuilder();
    wanted.stream()
        .filter(line -> !found.contains(line))
        .forEach(l -> text.append("\n  wanted ").append(l));
    found.stream()
        .filter(line -> !wanted.contains(line))
        .forEach(l -> text.append("\n  found  ").append(l));
    return text.isEmpty() ? Optional.empty() : Optional.of(text.toString());
  }
}
