package io.inmesh.benchmarks.client;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/** The JDK's HttpClient, asynchronous. */
final class JdkPeer implements Client.Asynchronous {
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
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
