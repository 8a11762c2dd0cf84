package io.inmesh.runtime.admin;

import io.inmesh.MeshStatus;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.config.Action.Priority;
import io.inmesh.config.Listener;
import io.inmesh.config.Resource;
import io.inmesh.explain.Explanation;
import io.inmesh.identity.SpiffeId;
import io.inmesh.plane.ConfigPlane.Rejection;
import io.inmesh.plane.ResourceFormat;
import io.inmesh.runtime.MeshRuntime;
import io.inmesh.runtime.cluster.ClusterHost;
import io.inmesh.runtime.cluster.ClusterRuntime;
import io.inmesh.runtime.engine.Counters;
import io.inmesh.runtime.stats.ClusterStats;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** What the admin endpoint shows. */
final class AdminPages {
  private static final long PATIENCE_SECONDS = 30;
  private static final String INDEX =
      """
      /ready        200 once there is config or a control plane, else 503
      /config_dump  the resources in force, without secrets; ?type=cluster|listener|routes|endpoints
      /clusters     hosts, health, weights, what is in flight
      /listeners    listeners and where they are bound
      /explain      why a request goes where it goes: ?url=, header=, method=, draw=, format=json
      /support      what config asks for and is not honoured, or was refused
      /stats        counters
      /certs        the certificate of this process
      """;

  private final MeshRuntime mesh;
  private final Supplier<ResourceFormat> format;

  AdminPages(MeshRuntime mesh, Supplier<ResourceFormat> format) {
    this.mesh = mesh;
    this.format = format;
  }

  Page page(URI asked) {
    switch (asked.getPath()) {
      case "/":
        return Page.text(200, INDEX);
      case "/ready":
        return ready();
      case "/config_dump":
        return dump(query(asked));
      case "/clusters":
        return Page.json(clusters());
      case "/listeners":
        return Page.json(listeners());
      case "/explain":
        return explain(query(asked));
      case "/support":
        return Page.json(support());
      case "/stats":
        return stats();
      case "/certs":
        return Page.json(certificates());
      default:
        return Page.text(404, INDEX);
    }
  }

  /** Parameters may repeat. */
  private static Map<String, List<String>> query(URI asked) {
    var all = new LinkedHashMap<String, List<String>>();
    String text = asked.getRawQuery();
    for (String pair : text == null ? new String[0] : text.split("&")) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      String value = equals < 0 ? "" : pair.substring(equals + 1);
      all.computeIfAbsent(decoded(name), absent -> new ArrayList<>()).add(decoded(value));
    }
    return all;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static String one(Map<String, List<String>> query, String name, String otherwise) {
    return query.getOrDefault(name, List.of(otherwise)).get(0);
  }

  private Page ready() {
    MeshStatus status = mesh.status();
    // A process that only serves asks the plane for nothing.
    boolean ready = status.source() != MeshStatus.Source.NONE || status.plane().connected();
    String plane = status.plane().connected() ? "connected" : status.plane().lastError();
    return Page.text(
        ready ? 200 : 503,
        (ready ? "ready" : "neither config nor control plane yet")
            + "\nconfig from "
            + status.source()
            + ", revision "
            + status.revision()
            + "\ncontrol plane "
            + status.plane().server()
            + ": "
            + plane
            + (status.identityError().isEmpty() ? "" : "\nidentity: " + status.identityError())
            + "\n");
  }

  private Page dump(Map<String, List<String>> query) {
    String type = one(query, "type", "");
    var sorted = new ArrayList<>(await(mesh.resources()));
    sorted.sort(Comparator.comparing(Resource::type).thenComparing(Resource::name));
    var shown = new ArrayList<Object>();
    for (Resource resource : sorted) {
      if (type.isEmpty() || resource.type().name().equalsIgnoreCase(type)) {
        shown.add(shown(resource, format));
      }
    }
    Map<String, Object> whole = new LinkedHashMap<>();
    whole.put("revision", mesh.dataplane().revision());
    whole.put("resources", shown);
    return Page.json(whole);
  }

  static Object shown(Resource resource, Supplier<ResourceFormat> format) {
    if (resource.type() == Resource.Type.SECRET) {
      Map<String, Object> name = new LinkedHashMap<>();
      name.put("@type", resource.type().url());
      name.put("name", resource.name());
      name.put("redacted", true);
      return name;
    }
    return new JsonText.Raw(format.get().json(resource));
  }

  private static <T> T await(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the admin endpoint is closing", stopped);
    } catch (ExecutionException | TimeoutException failed) {
      throw new IllegalStateException("no answer: " + failed, failed);
    }
  }

  /**
   * A host of a cluster.
   *
   * @param excluded why it takes less than its share; "" if it does not
   */
  record HostView(
      String address,
      String health,
      String excluded,
      int priority,
      String locality,
      int weight,
      int inFlight) {}

  private List<Object> clusters() {
    var all = new ArrayList<Object>();
    var sorted = new ArrayList<>(mesh.dataplane().allClusters());
    sorted.sort(Comparator.comparing(cluster -> cluster.config().name()));
    for (ClusterRuntime cluster : sorted) {
      Map<String, Object> view = new LinkedHashMap<>();
      view.put("name", cluster.config().name());
      view.put("policy", cluster.config().balancing().policy().getClass().getSimpleName());
      view.put("default", cluster.admission(Priority.DEFAULT).describe(Priority.DEFAULT));
      view.put("high", cluster.admission(Priority.HIGH).describe(Priority.HIGH));
      cluster.circuitBreaker().ifPresent(it -> view.put("circuit_breaker", it));
      view.put("hosts", cluster.hosts().hosts().stream().map(AdminPages::host).toList());
      all.add(view);
    }
    return all;
  }

  private static HostView host(ClusterHost host) {
    return new HostView(
        host.endpoint().address().toString(),
        host.health().name(),
        host.exclusion(),
        host.priority(),
        host.locality().region() + "/" + host.locality().zone(),
        host.weight(),
        host.inFlight());
  }

  private List<Object> listeners() {
    var all = new ArrayList<Object>();
    var sorted = new ArrayList<>(mesh.dataplane().allListeners());
    sorted.sort(Comparator.comparing(Listener::name));
    for (Listener listener : sorted) {
      Map<String, Object> view = new LinkedHashMap<>();
      view.put("name", listener.name());
      view.put("direction", listener.direction());
      view.put("bind", listener.bind());
      view.put("filter_chains", listener.chains().size());
      all.add(view);
    }
    return all;
  }

  private Page explain(Map<String, List<String>> query) {
    String url = one(query, "url", "");
    if (url.isEmpty()) {
      throw new IllegalArgumentException("url is missing: /explain?url=http://orders/items");
    }
    var headers = new Headers();
    for (String header : query.getOrDefault("header", List.of())) {
      int colon = header.indexOf(':', 1);
      if (colon < 1) {
        throw new IllegalArgumentException("header must be NAME: VALUE, not " + header);
      }
      headers.add(header.substring(0, colon).strip(), header.substring(colon + 1).strip());
    }
    String draw = one(query, "draw", "");
    Request request =
        Request.of(one(query, "method", "GET"), URI.create(url)).withHeaders(headers.freeze());
    Explanation told = await(mesh.explain(request, draw(draw)));
    return one(query, "format", "text").equals("json")
        ? Page.json(told)
        : Page.text(200, ExplanationText.of(told));
  }

  private static OptionalLong draw(String text) {
    return text.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseUnsignedLong(text));
  }

  private Map<String, Object> support() {
    var ignored = new TreeMap<String, List<String>>();
    mesh.unsupported().forEach((key, fields) -> ignored.put(key.type() + " " + key.name(), fields));
    var refused = new ArrayList<Object>();
    for (Rejection rejection : mesh.status().rejections()) {
      refused.add(
          Map.of(
              "resource", rejection.type() + " " + rejection.name(), "reason", rejection.reason()));
    }
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("not_honoured", ignored);
    view.put("refused", refused);
    return view;
  }

  private Page stats() {
    Counters counters = mesh.counters();
    var text = new StringBuilder();
    stat(text, "calls", counters.calls());
    stat(text, "calls_in_flight", counters.inFlight());
    stat(text, "calls_unmeshed", counters.unmeshed());
    stat(text, "retries", counters.retries());
    stat(text, "resent", counters.resent());
    stat(text, "unrepeatable", counters.unrepeatable());
    stat(text, "mirrors", counters.mirrors());
    stat(text, "connections", mesh.connections());
    stat(text, "streams", mesh.streams());
    stat(text, "resources_refused", mesh.status().rejections().size());
    stat(text, "resources_not_honoured_in_part", mesh.unsupported().size());
    for (ClusterRuntime cluster : mesh.dataplane().allClusters()) {
      String name = "cluster." + cluster.config().name();
      stat(text, name + ".hosts", cluster.hosts().hosts().size());
      for (ClusterStats.Count count : ClusterStats.Count.values()) {
        stat(text, name + "." + count.name().toLowerCase(Locale.ROOT), cluster.stats().sum(count));
      }
      stat(text, name + ".requests", cluster.admission(Priority.DEFAULT).requests());
      cluster
          .circuitBreaker()
          .ifPresent(it -> text.append(name + ".circuit_breaker: " + it.state() + "\n"));
      stat(text, name + ".overflows", cluster.admission(Priority.DEFAULT).overflows());
    }
    return Page.text(200, text.toString());
  }

  private static void stat(StringBuilder text, String name, long value) {
    text.append(name).append(": ").append(value).append('\n');
  }

  private List<Object> certificates() {
    var all = new ArrayList<Object>();
    List<X509Certificate> chain =
        mesh.status().identity().map(MeshStatus.Identity::chain).orElse(List.of());
    for (X509Certificate certificate : chain) {
      Map<String, Object> view = new LinkedHashMap<>();
      view.put("subject", certificate.getSubjectX500Principal().getName());
      view.put("identity", SpiffeId.of(certificate).map(SpiffeId::uri).orElse(""));
      view.put("issuer", certificate.getIssuerX500Principal().getName());
      view.put("serial", certificate.getSerialNumber().toString(16));
      view.put("not_before", certificate.getNotBefore().toInstant());
      view.put("not_after", certificate.getNotAfter().toInstant());
      all.add(view);
    }
    return all;
  }
}
