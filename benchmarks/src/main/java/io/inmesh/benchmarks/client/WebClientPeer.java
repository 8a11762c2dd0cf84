package io.inmesh.benchmarks.client;

import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.reactive.function.client.WebClient;

/** Spring's WebClient on Reactor Netty: no load balancer, no resilience. */
final class WebClientPeer implements Client.Asynchronous {
  private final WebClient client =
      WebClient.builder()
          .clientConnector(new ReactorClientHttpConnector(ReactorPeer.client()))
          .build();
  private final Rotation<String> urls;
  private final int expected;

  WebClientPeer(Target target) {
    urls = new Rotation<>(target.urls());
    expected = target.bytes();
  }

  @Override
  public void call(Done done) {
    var unused =
        client
            .get()
            .uri(urls.next())
            .retrieve()
            .bodyToMono(byte[].class)
            .subscribe(bytes -> done.done(bytes.length == expected), failure -> done.done(false));
  }
}
