package io.inmesh.runtime;

import static io.inmesh.runtime.World.GET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.inmesh.call.AccessLogSettings;
import io.inmesh.call.Headers;
import io.inmesh.call.LogSink;
import io.inmesh.runtime.assemble.NameDialer;
import io.inmesh.runtime.observe.Telemetry;
import io.inmesh.runtime.observe.micrometer.MicrometerMeters;
import io.inmesh.testkit.Configs;
import io.inmesh.testkit.FakeTransport;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Lines of the access log: which, what, and what happens if nobody takes them. */
class AccessLogTest {
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  private World world(AccessLogSettings settings, LogSink sink) {
    var telemetry =
        Telemetry.NONE.withMeters(new MicrometerMeters(registry)).withAccessLog(settings, sink);
    var world = new World(new NameDialer(), mesh -> mesh.telemetry(telemetry));
    world.put(
        Configs.api("reviews:80", "r"),
        Configs.routes("r", "*", Configs.to("v1")),
        Configs.cluster("v1"),
        Configs.endpoints("v1", "a"));
    return world;
  }

  private World world(AccessLogSettings settings) {
    return world(settings, lines::add);
  }

  private void closed(World world) {
    world.mesh.close();
    world.loop.advance(Duration.ofMinutes(1));
  }

  private String line(World world) {
    await().until(() -> !lines.isEmpty());
    closed(world);
    assertThat(lines).hasSize(1);
    return lines.get(0);
  }

  @Test
  void tellsACallInIstiosWords() {
    World world = world(AccessLogSettings.ALL);
    world.transport.peer("a", FakeTransport.saying("twelve bytes"));
    world.send(
        GET.withHeaders(
            Headers.of(
                "user-agent", "a \"quoted\" agent\n",
                "traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "x-request-id", "an-id")));
    assertThat(line(world))
        .startsWith(
            "{\"start_time\":\"1970-01-12T13:46:39.999Z\",\"method\":\"GET\",\"path\":\"/\"")
        .endsWith("}")
        .contains("\"user_agent\":\"a \\\"quoted\\\" agent\\u000a\"")
        .contains("\"trace_id\":\"4bf92f3577b34da6a3ce929d0e0e4736\"")
        .contains("\"request_id\":\"an-id\"")
        .contains("\"response_code\":200,\"response_flags\":\"-\"")
        .contains("\"response_code_details\":\"via_upstream\"")
        .contains("\"bytes_received\":0,\"bytes_sent\":12")
        .contains(
            "\"authority\":\"reviews:80\",\"upstream_host\":\"a:80\",\"upstream_cluster\":\"v1\"")
        .contains("\"x_forwarded_for\":null")
        .doesNotContain("\n");
  }

  @Test
  void errorsOnly() {
    World world = world(AccessLogSettings.ERRORS);
    world.send(GET);
    world.transport.peer("a", FakeTransport.answering(404));
    world.send(GET);
    assertThat(line(world)).contains("\"response_code\":404");
  }

  @Test
  void flaggedCallsAreTold() {
    World world = world(AccessLogSettings.ERRORS);
    world.transport.peer("a", FakeTransport.silent());
    world.start(GET).call().cancel("enough");
    assertThat(line(world)).contains("\"response_code\":0,\"response_flags\":\"DC\"");
  }

  @Test
  void slowCallsOnly() {
    var slow = new AccessLogSettings(0, 0, false, Duration.ofMillis(100), List.of(), Set.of(), 10);
    World world = world(slow);
    world.send(GET);
    world.transport.peer("a", FakeTransport.silent());
    World.Seen seen = world.start(GET);
    world.pass(150);
    seen.call().cancel("enough");
    assertThat(line(world)).contains("\"duration\":150,");
  }

  @Test
  void aShareOfAllCalls() {
    var some = new AccessLogSettings(0.25, 0, false, Duration.ZERO, List.of(), Set.of(), 10_000);
    World world = world(some);
    for (int i = 0; i < 2_000; i++) {
      world.send(GET);
    }
    closed(world);
    await().untilAsserted(() -> assertThat(lines).hasSizeBetween(400, 600));
  }

  @Test
  void headersThatAreWantedAndNotConfidential() {
    World world =
        world(
            AccessLogSettings.ALL.withRequestHeaders(List.of("X-Tenant", "Authorization", "x-no")));
    world.send(GET.withHeaders(Headers.of("x-tenant", "one", "authorization", "Bearer secret")));
    assertThat(line(world))
        .contains("\"request_header_x-tenant\":\"one\"")
        .contains("\"request_header_authorization\":\"[redacted]\"")
        .contains("\"request_header_x-no\":null")
        .doesNotContain("secret");
  }

  @Test
  void aSinkThatIsStuckCostsLinesAndNothingElse() {
    var stuck = new Semaphore(0);
    var few = new AccessLogSettings(1, 0, false, Duration.ZERO, List.of(), Set.of(), 4);
    World world =
        world(
            few,
            line -> {
              stuck.acquireUninterruptibly();
              lines.add(line);
            });
    for (int i = 0; i < 100; i++) {
      assertThat(world.send(GET).status()).isEqualTo(200);
    }
    double dropped = registry.get("inmesh.access_log.dropped").functionCounter().count();
    assertThat(dropped).isBetween(88.0, 96.0);
    stuck.release(1_000);
    closed(world);
    await().untilAsserted(() -> assertThat(lines.size() + dropped).isBetween(99.0, 100.0));
  }

  @Test
  void aSinkThatBreaksLosesItsLine() {
    var first = new AtomicBoolean(true);
    World world =
        world(
            AccessLogSettings.ALL,
            line -> {
              if (first.getAndSet(false)) {
                throw new IllegalStateException("the disk is full");
              }
              lines.add(line);
            });
    world.send(GET);
    world.send(GET);
    await().untilAsserted(() -> assertThat(lines).hasSize(1));
    assertThat(registry.get("inmesh.access_log.dropped").functionCounter().count()).isOne();
  }

  @Test
  void settingsThatMakeNoSenseAreRefused() {
    assertThatThrownBy(
            () -> new AccessLogSettings(1.5, 0, false, Duration.ZERO, List.of(), Set.of(), 1))
        .hasMessage("accessLog.sampling is not from 0 to 1: 1.5");
    assertThatThrownBy(
            () -> new AccessLogSettings(1, 0, false, Duration.ZERO, List.of(), Set.of(), 0))
        .hasMessage("accessLog.queue is not positive: 0");
  }
}
