package io.inmesh.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inmesh.call.Bodies;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.config.Address;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.Locality;
import io.inmesh.config.Node;
import io.inmesh.loop.ThreadLoop;
import io.inmesh.runtime.engine.Counters;
import io.inmesh.runtime.engine.InFlight;
import io.inmesh.runtime.inbound.MeshServer;
import io.inmesh.runtime.inbound.TlsMode;
import io.inmesh.runtime.net.Loops;
import io.inmesh.runtime.observe.Observation;
import io.inmesh.runtime.observe.Telemetry;
import io.inmesh.runtime.observe.micrometer.MicrometerMeters;
import io.inmesh.runtime.stats.Party;
import io.inmesh.server.ServerRequest;
import io.inmesh.server.ServerResponse;
import io.inmesh.testkit.Configs;
import io.inmesh.testkit.FakePlane;
import io.inmesh.testkit.pki.TestSecrets;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Over real sockets and several loops: what the caller counts, what is scraped on both sides. */
class BothReportersTest {
  private static final int CALLS = 400;

  private final Loops loops = new Loops(new Loops.Settings(2, "test", 1, System::nanoTime, true));
  private final ThreadLoop config = new ThreadLoop(Thread::new, System::nanoTime, 1);
  private final FakePlane plane = new FakePlane();
  private final PrometheusMeterRegistry source =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final PrometheusMeterRegistry destination =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  @AfterEach
  void stop() {
    config.execute(config::close);
    loops.close();
  }

  /** Every fourth one fails; the body is sent back. */
  private static CompletionStage<ServerResponse> answer(ServerRequest request) {
    int status = request.path().endsWith("0") ? 503 : 200;
    return CompletableFuture.completedFuture(
        new ServerResponse(status, Headers.EMPTY, Optional.of(request.body())));
  }

  private static double count(PrometheusMeterRegistry registry, String... tags) {
    return registry.find("istio.requests").tags(tags).functionCounters().stream()
        .mapToDouble(FunctionCounter::count)
        .sum();
  }

  private static double sum(PrometheusMeterRegistry registry, String name) {
    return registry
        .scrape()
        .lines()
        .filter(line -> line.startsWith(name + "{"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  @Test
  void countTheSame() throws Exception {
    var node = new Node("n", "reviews", Locality.NONE, Map.of("NAMESPACE", "shop"));
    var served =
        new Observation(
            Telemetry.NONE.withMeters(new MicrometerMeters(destination)),
            Party.of(node),
            () -> "",
            InstantSource.system());
    served.open(new Counters(new InFlight(served.stripes())), config);
    MeshServer server =
        MeshServer.builder(loops, 0, BothReportersTest::answer)
            .host("127.0.0.1")
            .tls(TlsMode.PLAINTEXT)
            .requests(served.requests())
            .start();
    MeshRuntime mesh =
        MeshRuntime.builder()
            .service("web")
            .plane(plane)
            .secrets(new TestSecrets())
            .loops(loops)
            .configLoop(config)
            .telemetry(Telemetry.NONE.withMeters(new MicrometerMeters(source)))
            .build();
    config.execute(
        () ->
            plane.put(
                Configs.api("reviews:80", "r"),
                Configs.routes("r", "*", Configs.to("v1")),
                Configs.cluster("v1"),
                EndpointSet.of(
                    "v1", List.of(new Endpoint(new Address("127.0.0.1", server.port()))))));
    var failed = new AtomicInteger();
    var answers = new ArrayList<Future<?>>();
    for (int i = 0; i < CALLS; i++) {
      Request request =
          Request.of("POST", URI.create("http://reviews/" + i % 4)).withBody(Bodies.of("five!"));
      answers.add(
          mesh.send(request)
              .thenAccept(response -> failed.addAndGet(response.status() == 503 ? 1 : 0))
              .toCompletableFuture());
    }
    for (Future<?> answer : answers) {
      answer.get(20, TimeUnit.SECONDS);
    }
    assertThat(failed).hasValue(CALLS / 4);
    await()
        .untilAsserted(
            () -> {
              for (var registry : List.of(source, destination)) {
                assertThat(count(registry, "response_code", "200")).isEqualTo(CALLS * 3.0 / 4);
                assertThat(count(registry, "response_code", "503")).isEqualTo(CALLS / 4.0);
                assertThat(sum(registry, "istio_request_duration_milliseconds_count"))
                    .isEqualTo(CALLS);
                assertThat(sum(registry, "istio_response_bytes_sum")).isEqualTo(CALLS * 5.0);
                assertThat(sum(registry, "istio_request_bytes_sum")).isEqualTo(CALLS * 5.0);
              }
            });
    assertThat(count(destination, "reporter", "destination", "connection_security_policy", "none"))
        .isEqualTo(CALLS);
    assertThat(count(source, "reporter", "source", "source_workload", "web")).isEqualTo(CALLS);
    assertThat(mesh.counters().calls()).isEqualTo(CALLS);
    assertThat(mesh.counters().inFlight()).isZero();
    mesh.close();
    server.close();
    served.close();
  }
}
