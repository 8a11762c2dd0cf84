package io.inmesh.cli.command;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.inmesh.Mesh;
import io.inmesh.call.Bodies;
import io.inmesh.call.Flag;
import io.inmesh.call.Headers;
import io.inmesh.call.Outcome;
import io.inmesh.call.Request;
import io.inmesh.call.Response;
import io.inmesh.cli.load.Load;
import io.inmesh.cli.load.Sample;
import io.inmesh.cli.load.Tally;
import io.inmesh.cli.serve.MetricsEndpoint;
import io.inmesh.plane.PlaneConnector.Variant;
import io.inmesh.runtime.member.Member;
import io.inmesh.runtime.member.MemberBuilder;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code inmesh call}: curl through the mesh. */
@Command(
    name = "call",
    description =
        "Calls a service through the mesh and tells how the mesh handled it. Exit code 1 if a call"
            + " did not succeed.",
    mixinStandardHelpOptions = true)
public final class CallCommand implements Callable<Integer> {
  private static final Gson JSON = new GsonBuilder().disableHtmlEscaping().create();

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "URL", description = "For instance http://orders/items?id=1.")
  private URI url;

  @Mixin private Joining joining;

  @Mixin private Observing observing;

  @Option(
      names = {"--metrics-file", "--metrics"},
      paramLabel = "FILE",
      description = "Write what was counted to this file at the end, as Prometheus reads it.")
  private @Nullable Path metrics;

  @Option(
      names = "--metrics-port",
      paramLabel = "PORT",
      description = "Serve /metrics for Prometheus on this port of loopback; 0 for any.")
  private @Nullable Integer metricsPort;

  @Option(
      names = "--linger",
      defaultValue = "0s",
      converter = Durations.class,
      description =
          "Stay so long after the last call, so that Prometheus gets the last of the metrics"
              + " (default: ${DEFAULT-VALUE}).")
  private Duration linger;

  @Option(
      names = "-n",
      defaultValue = "1",
      description = "How many calls (default: ${DEFAULT-VALUE}).")
  private long calls;

  @Option(
      names = "-c",
      defaultValue = "1",
      description = "How many at once (default: ${DEFAULT-VALUE}).")
  private int concurrency;

  @Option(
      names = "-X",
      paramLabel = "METHOD",
      description = "Method (default: GET, or POST with -d).")
  private @Nullable String method;

  @Option(names = "-H", paramLabel = "NAME: VALUE", description = "A request header.")
  private List<String> headers = List.of();

  @Option(names = "-d", paramLabel = "DATA", description = "Request body; @FILE reads a file.")
  private @Nullable String data;

  @Option(
      names = "--timeout",
      defaultValue = "30s",
      converter = Durations.class,
      description = "Deadline of each call (default: ${DEFAULT-VALUE}).")
  private Duration timeout;

  @Option(names = "--sotw", description = "State-of-the-world ADS instead of delta.")
  private boolean stateOfTheWorld;

  @Option(
      names = "--runtime-layer",
      paramLabel = "NAME",
      description = "A layer of run-time values that the control plane has; later ones count more.")
  private List<String> layers = List.of();

  @Option(names = "--json", description = "One line of JSON instead of text.")
  private boolean json;

  @Override
  public Integer call() throws Exception {
    UsageErrors.atLeast(spec, "-n", calls, 1);
    UsageErrors.atLeast(spec, "-c", concurrency, 1);
    LongFunction<Request> requests = requests();
    Variant variant = stateOfTheWorld ? Variant.STATE_OF_THE_WORLD : Variant.DELTA;
    MemberBuilder builder = joining.member().variant(variant).telemetry(observing.telemetry());
    // Whoever calls once would rather wait than see a call that passed by the mesh.
    builder.runtimeLayers(layers.toArray(String[]::new)).patience(PATIENCE);
    MetricsEndpoint endpoint = endpoint();
    try (Member member = builder.start()) {
      int code = run(member, requests);
      if (metrics != null) {
        Files.writeString(metrics, observing.registry().scrape());
      }
      new CountDownLatch(1).await(linger.toMillis(), TimeUnit.MILLISECONDS);
      return code;
    } finally {
      if (endpoint != null) {
        endpoint.close();
      }
    }
  }

  private @Nullable MetricsEndpoint endpoint() throws IOException {
    Integer port = metricsPort;
    if (port == null) {
      return null;
    }
    var endpoint = new MetricsEndpoint(observing.registry(), port);
    PrintWriter out = spec.commandLine().getOut();
    out.println("metrics port=" + endpoint.port());
    out.flush();
    return endpoint;
  }

  private int run(Member member, LongFunction<Request> requests) throws InterruptedException {
    var tally = new Tally();
    var last = new AtomicReference<@Nullable Sample>();
    Mesh mesh = member.mesh();
    Joining.awaitIdentity(member, timeout, spec);
    try (Load load =
        Load.start(
            mesh,
            requests,
            sample -> {
              tally.accept(sample);
              last.set(sample);
            },
            System::nanoTime,
            calls,
            concurrency)) {
      while (!load.await(Duration.ofMinutes(1))) {
        spec.commandLine().getErr().println(tally.calls() + " of " + calls + " calls");
      }
    }
    Sample sample = last.get();
    PrintWriter out = spec.commandLine().getOut();
    if (sample != null) {
      out.println(json ? JSON.toJson(facts(tally, sample, member)) : text(tally, sample));
      out.flush();
    }
    return tally.failed() == 0 ? 0 : 1;
  }

  private LongFunction<Request> requests() throws IOException {
    String verb = method != null ? method : data == null ? "GET" : "POST";
    Headers fields = UsageErrors.of(spec, "-H", () -> RequestHeaders.of(headers));
    Request request =
        UsageErrors.of(spec, "URL", () -> Request.of(verb, url))
            .withHeaders(fields)
            .withTimeout(timeout);
    String body = data;
    if (body == null) {
      return ordinal -> request;
    }
    byte[] bytes =
        body.startsWith("@")
            ? Files.readAllBytes(Path.of(body.substring(1)))
            : body.getBytes(StandardCharsets.UTF_8);
    // A body is read once: each call has its own.
    return ordinal -> request.withBody(Bodies.of(bytes));
  }

  private static Map<String, Object> facts(Tally tally, Sample last, Member member) {
    Map<String, Object> facts = new LinkedHashMap<>();
    Outcome outcome = last.outcome();
    facts.put("calls", tally.calls());
    facts.put("failed", tally.failed());
    facts.put("statuses", tally.statuses());
    facts.put("clusters", tally.clusters());
    facts.put("endpoints", tally.endpoints());
    facts.put("versions", tally.versions());
    facts.put("revisions", tally.revisions());
    facts.put("flags", tally.flags());
    facts.put("failures", tally.failures());
    facts.put("attempts", tally.attempts());
    facts.put("latency_ms", tally.latencies());
    facts.put("status", last.status());
    facts.put("cluster", outcome.cluster());
    facts.put("endpoint", outcome.endpoint());
    facts.put("route", outcome.route());
    facts.put("details", outcome.details());
    facts.put("revision", outcome.revision());
    facts.put("source", member.mesh().status().source().name());
    facts.put("identity_error", member.mesh().status().identityError());
    facts.put("body", last.response().map(Response::text).orElse(""));
    return facts;
  }

  private static String text(Tally tally, Sample last) {
    Outcome outcome = last.outcome();
    var text = new StringBuilder();
    if (tally.calls() == 1) {
      text.append(last.response().map(Response::text).orElse(last.failure()));
      text.append(text.length() > 0 && text.charAt(text.length() - 1) != '\n' ? "\n" : "");
    }
    line(text, "status", Tally.line(tally.statuses()));
    line(text, "cluster", Tally.line(tally.clusters()));
    line(text, "endpoint", Tally.line(tally.endpoints()));
    line(text, "attempts", String.valueOf(tally.attempts()));
    line(
        text,
        "flags",
        outcome.flags().isEmpty()
            ? "-"
            : outcome.flags().stream().map(Flag::name).collect(Collectors.joining(",")));
    line(text, "details", outcome.details());
    line(text, "revision", Tally.line(tally.revisions()));
    line(
        text,
        "latency",
        tally.latencies().entrySet().stream()
            .map(it -> it.getKey() + "=" + it.getValue() + "ms")
            .collect(Collectors.joining(" ")));
    if (tally.failed() > 0 && tally.calls() > 1) {
      line(text, "failures", Tally.line(tally.failures()));
    }
    return text.toString().stripTrailing();
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append(String.format("%-9s %s%n", name, value.isEmpty() ? "-" : value));
  }
}
