package io.inmesh.benchmarks.client;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.Executors;

/**
 * The JDK's HttpClient, asynchronous, on two threads: its own pool hands over to a further thread
 * for each step of an exchange, which takes several times the CPU on few cores.
 */
final class JdkPeer implements Client.Asynchronous {
  private static final int THREADS = 2;

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .executor(Executors.newFixedThreadPool(THREADS, JdkPeer::thread))
          .build();
  private final Rotation<HttpRequest> requests;
  private final int expected;

  JdkPeer(Target target) {
    requests =
        new Rotation<>(
            target.urls().stream()
                .map(it -> HttpRequest.newBuilder(URI.create(it)).build())
                .toList());
    expected = target.bytes();
  }

  private static Thread thread(Runnable work) {
    var thread = new Thread(work, "jdk-client");
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public void call(Done done) {
    var unused =
        client
            .sendAsync(requests.next(), BodyHandlers.ofByteArray())
            .whenComplete((response, failure) -> done.done(failure == null && fits(response)));
  }

  private boolean fits(HttpResponse<byte[]> response) {
    return response.statusCode() == 200 && response.body().length == expected;
  }
}
