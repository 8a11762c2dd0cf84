package io.inmesh.benchmarks.client;

import io.inmesh.BlockingMesh;
import io.inmesh.Mesh;
import io.inmesh.call.Bodies;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.call.Response;
import io.inmesh.runtime.member.Member;
import io.inmesh.runtime.member.MemberBuilder;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The product as an application uses it: it has joined by its file, knows the service by name, and
 * everything of the call is decided by what the control plane serves. Words: {@code join} (a file),
 * {@code authority}, {@code loops} (1 by default), {@code state} (a directory; none by default),
 * {@code unary} for exchanges as gRPC makes them.
 */
final class InmeshMember {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int ATTEMPTS = 20;

  private final Member member;
  private final Mesh mesh;
  private final Requests requests;

  InmeshMember(Target target) throws InterruptedException {
    MemberBuilder joining =
        Member.join(Path.of(target.word("join")))
            .threads(target.number("loops", 1))
            .telemetry(MeasuredTelemetry.of(target));
    String state = target.word("state", "");
    member = (state.isEmpty() ? joining : joining.stateDirectory(Path.of(state))).start();
    mesh = member.mesh();
    requests = new Requests(target);
    mesh.want(target.word("authority"));
    if (target.word("authority").startsWith("secure")) {
      member.awaitIdentity(PATIENCE);
    }
    requests.awaitFirst(mesh.blocking());
  }

  /** The blocking form. */
  Client.Blocking blocking() {
    BlockingMesh calls = mesh.blocking();
    return new Client.Blocking() {
      @Override
      public boolean call() throws InterruptedException {
        return requests.fits(calls.send(requests.next()));
      }

      @Override
      public void close() {
        member.close();
      }
    };
  }

  /** The asynchronous form. */
  Client.Asynchronous asynchronous() {
    return new Client.Asynchronous() {
      @Override
      public void call(Done done) {
        mesh.send(requests.next())
            .whenComplete(
                (response, failure) -> done.done(failure == null && requests.fits(response)));
      }

      @Override
      public void close() {
        member.close();
      }
    };
  }

  /** What is sent, and what should come back. */
  static final class Requests {
    private final String authority;
    private final String path;
    private final boolean unary;
    private final int expected;
    private final Headers headers;
    private final byte[] message = UnaryMessage.ofLength(16);

    Requests(Target target) {
      authority = target.word("authority");
      path = target.path();
      unary = target.words().containsKey("unary");
      expected = target.bytes() + (unary ? UnaryMessage.PREFIX : 0);
      headers =
          unary
              ? Headers.of("content-type", "application/grpc", "te", "trailers").freeze()
              : Headers.EMPTY;
    }

    Request next() {
      var request = new Request(unary ? "POST" : "GET", "http", authority, path, headers);
      return unary ? request.withBody(Bodies.of(message)) : request;
    }

    boolean fits(Response response) {
      return response.status() == 200 && response.body().remaining() == expected;
    }

    int expected() {
      return expected;
    }

    /**
     * Makes the first call, several times if need be: a destination that the plane has not told of
     * yet is called past the mesh after a moment.
     */
    void awaitFirst(BlockingMesh mesh) throws InterruptedException {
      Response first = mesh.send(next());
      for (int i = 1; i < ATTEMPTS && !fits(first); i++) {
        first = mesh.send(next());
      }
      if (!fits(first)) {
        throw new IllegalStateException(
            "the first call answered " + first.status() + " " + first.outcome());
      }
    }
  }
}
