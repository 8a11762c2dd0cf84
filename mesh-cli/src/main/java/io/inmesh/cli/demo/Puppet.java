package io.inmesh.cli.demo;

import io.inmesh.call.Headers;
import io.inmesh.runtime.inbound.ConnectionListener;
import io.inmesh.runtime.inbound.MeshServer;
import io.inmesh.runtime.member.Member;
import io.inmesh.server.Handler;
import io.inmesh.server.ServerRequest;
import io.inmesh.server.ServerResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** An instance in this process that answers what it is told to. Safe for several threads. */
final class Puppet implements Handler, AutoCloseable {
  private final Member member;
  private final MeshServer server;
  private final LongAdder requests = new LongAdder();
  private volatile int status = 200;
  private volatile Duration delay = Duration.ZERO;

  Puppet(World world, String service) throws InterruptedException {
    member = world.client(service);
    server = member.serve(0, Member.Service.local(), this, ConnectionListener.NONE);
  }

  @Override
  public CompletionStage<ServerResponse> handle(ServerRequest request) {
    requests.increment();
    var answer = new ServerResponse(status, Headers.EMPTY, Optional.empty());
    if (delay.isZero()) {
      return CompletableFuture.completedStage(answer);
    }
    return CompletableFuture.supplyAsync(
        () -> answer, CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS));
  }

  /** Answers that from now on. */
  void answer(int value) {
    status = value;
  }

  /** Takes so long from now on. */
  void delay(Duration value) {
    delay = value;
  }

  long requests() {
    return requests.sum();
  }

  /** As calls name it. */
  String endpoint() {
    return "127.0.0.1:" + server.port();
  }

  @Override
  public void close() {
    member.close();
  }
}
