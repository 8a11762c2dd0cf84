package io.inmesh.cli.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inmesh.call.Flag;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.call.Response;
import io.inmesh.controlplane.ControlPlane;
import io.inmesh.controlplane.config.ConfigDirectory;
import io.inmesh.controlplane.config.Generation;
import io.inmesh.controlplane.config.problem.Problem;
import io.inmesh.explain.CircuitBreakerState;
import io.inmesh.runtime.inbound.ConnectionListener;
import io.inmesh.runtime.member.Member;
import io.inmesh.server.Handler;
import io.inmesh.server.ServerResponse;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The circuit breaker and fallbacks of mesh.yaml, over loopback and mutual TLS. */
class LiveBreakerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path directory;
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final List<Problem> refused = new CopyOnWriteArrayList<>();
  private final AtomicInteger status = new AtomicInteger(200);
  private ControlPlane plane;
  private Member client;

  private final class Refusals implements ConfigDirectory.Listener {
    @Override
    public void taken(Generation generation) {}

    @Override
    public void refused(List<Problem> problems) {
      refused.addAll(problems);
    }
  }

  @BeforeEach
  void start() throws Exception {
    Files.createDirectories(directory.resolve("config"));
    configure("100%", "");
    plane =
        ControlPlane.start(
            new ControlPlane.Settings(
                directory.resolve("config"),
                directory.resolve("state"),
                "127.0.0.1",
                0,
                -1,
                "cluster.local",
                Duration.ofSeconds(5),
                Duration.ofHours(1)),
            new Refusals());
    serve("orders", status);
    serve("spare", new AtomicInteger(202));
    client = member("front");
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(call().status()).isEqualTo(200));
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(call("http://spare/").status()).isEqualTo(202));
  }

  @AfterEach
  void stop() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
    plane.close();
    assertThat(refused).isEmpty();
  }

  private void configure(String rate, String fallback) throws Exception {
    Path fresh = directory.resolve("fresh");
    Files.writeString(
        fresh,
        """
        apiVersion: inmesh.io/v1
        services:
          spare: {}
          orders:
            circuit-breaker: {failure-rate: %s, window: 10, minimum-calls: 5, open-for: 1s, probes: 2}
            %s
        """
            .formatted(rate, fallback));
    Files.move(
        fresh,
        directory.resolve("config").resolve("mesh.yaml"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  private Member member(String service) {
    Member member = Member.join(plane.issueJoinFile(service, "default")).threads(1).start();
    open.push(member);
    return member;
  }

  private void serve(String service, AtomicInteger answers) throws Exception {
    Handler handler =
        request ->
            CompletableFuture.completedFuture(
                new ServerResponse(answers.get(), Headers.EMPTY, Optional.empty()));
    open.push(member(service).serve(0, Member.Service.local(), handler, ConnectionListener.NONE));
  }

  private Response call() {
    return call("http://orders/");
  }

  private Response call(String uri) {
    try {
      return client
          .mesh()
          .blocking()
          .send(Request.of("GET", URI.create(uri)).withTimeout(Duration.ofSeconds(10)));
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  private CircuitBreakerState breaker() {
    List<CircuitBreakerState> all = client.mesh().status().circuitBreakers();
    assertThat(all).hasSize(1);
    return all.get(0);
  }

  private void awaitState(String state) {
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(breaker().state()).isEqualTo(state));
  }

  private void calls(int times) {
    for (int i = 0; i < times; i++) {
      call();
    }
  }

  @Test
  void aLowerThresholdActsOnTheRecordedWindow() throws Exception {
    calls(5);
    status.set(500);
    calls(5);
    assertThat(breaker()).extracting("state", "calls", "failed").containsExactly("CLOSED", 10, 5);
    configure("50%", "");
    awaitState("OPEN");
    var nanos = new long[100];
    for (int i = 0; i < nanos.length; i++) {
      Response refusal = call();
      assertThat(refusal.status()).isEqualTo(503);
      assertThat(refusal.outcome().flags()).contains(Flag.UO);
      assertThat(refusal.outcome().details()).isEqualTo("circuit_breaker_open");
      nanos[i] = refusal.outcome().duration().toNanos();
    }
    java.util.Arrays.sort(nanos);
    assertThat(nanos[50]).as("half of the refusals, in nanoseconds").isLessThan(1_000_000);
    status.set(200);
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(call().status()).isEqualTo(200));
    call();
    awaitState("CLOSED");
  }

  @Test
  void fallbacksStandIn() throws Exception {
    configure("100%", "fallback: {to: spare/*}");
    status.set(500);
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(call().status()).isEqualTo(202));
    assertThat(breaker().state()).isNotEqualTo("CLOSED");
    configure("100%", "fallback: {on: [circuit-breaker-open, 5xx], respond: {status: 203}}");
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(call().status()).isEqualTo(203));
    assertThat(call().outcome().details()).startsWith("fallback{");
  }
}
