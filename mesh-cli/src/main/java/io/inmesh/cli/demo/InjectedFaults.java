package io.inmesh.cli.demo;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.inmesh.call.AccessLogSettings;
import io.inmesh.cli.load.Tally;
import io.inmesh.runtime.member.Member;
import io.inmesh.runtime.observe.Telemetry;
import io.inmesh.runtime.observe.micrometer.MicrometerMeters;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Errors and delays on purpose, and what log and metrics make of them. */
final class InjectedFaults implements ShopCheck {
  private static final String FILE = "shipping.yaml";
  private static final String URI = "http://shipping/parcels";
  private static final int CALLS = 4_000;
  private static final int CONCURRENCY = 128;
  private static final double POINTS = 2.5;
  private static final double ABORTED = 10;
  private static final double DELAYED = 50;
  private static final int DELAY = 200;
  private static final String RULES =
      """
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: {name: shipping, namespace: default}
      spec:
        hosts: [shipping]
        http:
          - route: [{destination: {host: shipping}}]
            retries: {attempts: 0}
            fault:
              abort: {httpStatus: 500, percentage: {value: 10}}
              delay: {fixedDelay: 200ms, percentage: {value: 50}}
      ---
      apiVersion: inmesh.io/v1
      services:
        shipping: {allow: [storefront]}
      """;

  @Override
  public String promise() {
    return "10 % injected 500s and 50 % delays of 200 ms are seen at these rates in access log and"
        + " metrics";
  }

  @Override
  public String run(Shop shop) throws Exception {
    World world = shop.world();
    world.configure(FILE, RULES);
    Collection<String> log = new ConcurrentLinkedQueue<>();
    var meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    var telemetry =
        Telemetry.NONE
            .withMeters(new MicrometerMeters(meters))
            .withAccessLog(AccessLogSettings.ALL, log::add);
    try (Puppet server = new Puppet(world, "shipping");
        Member member = world.joining("storefront").telemetry(telemetry).start()) {
      Await.until(
          "faults are in force",
          World.PATIENCE,
          () -> Calls.get(member.mesh(), URI, 50, 50).statuses().containsKey("500"));
      Await.until("the instance is called", World.PATIENCE, () -> server.requests() > 0);
      // Lines of the calls so far are written on a thread of their own.
      long before = total(meters, "");
      Await.until("the log is written", World.PATIENCE, () -> log.size() >= before);
      log.clear();
      long aborts = total(meters, "FI");
      Tally tally = Calls.get(member.mesh(), URI, CALLS, CONCURRENCY);
      Await.until("the log is written", World.PATIENCE, () -> log.size() >= CALLS);
      List<JsonObject> lines =
          log.stream().map(line -> JsonParser.parseString(line).getAsJsonObject()).toList();
      double inLog = percent(lines.stream().filter(it -> has(it, "FI")).count());
      double late =
          percent(
              lines.stream()
                  .filter(it -> has(it, "DI") && it.get("duration").getAsLong() >= DELAY)
                  .count());
      double inMetrics = percent(total(meters, "FI") - aborts);
      double answered = percent(tally.statuses().getOrDefault("500", 0L));
      near("aborted in the log", inLog, ABORTED);
      near("aborted in metrics", inMetrics, ABORTED);
      near("answered 500", answered, ABORTED);
      near("delayed in the log", late, DELAYED);
      Broken.unless(
          inLog == inMetrics && inLog == answered,
          "log " + inLog + ", metrics " + inMetrics + ", answers " + answered);
      return String.format(
          "aborted %.1f %% in log, metrics and answers alike, delayed %.1f %%, of %d calls",
          inLog, late, CALLS);
    } finally {
      world.configure(FILE, "");
    }
  }

  private static boolean has(JsonObject line, String flag) {
    return line.get("response_flags").getAsString().contains(flag);
  }

  private static double percent(long count) {
    return 100.0 * count / CALLS;
  }

  private static void near(String what, double seen, double wanted) throws Broken {
    Broken.unless(Math.abs(seen - wanted) <= POINTS, what + ": " + seen + " %");
  }

  /** Calls with a response flag; all for an empty one. */
  private static long total(PrometheusMeterRegistry meters, String flag) {
    double sum = 0;
    for (Metrics.Series series : Metrics.parse(meters.scrape(), Set.of("istio_requests_total"))) {
      sum += series.label("response_flags").contains(flag) ? series.value() : 0;
    }
    return Math.round(sum);
  }
}
