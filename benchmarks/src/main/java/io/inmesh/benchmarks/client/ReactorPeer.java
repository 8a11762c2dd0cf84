package io.inmesh.benchmarks.client;

import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/** Reactor Netty. */
final class ReactorPeer implements Client.Asynchronous {
  private static final int CONNECTIONS = 256;

  private final Rotation<HttpClient.ResponseReceiver<?>> requests;
  private final int expected;

  ReactorPeer(Target target) {
    HttpClient client = client();
    requests =
        new Rotation<>(
            target.urls().stream()
                .<HttpClient.ResponseReceiver<?>>map(url -> client.get().uri(url))
                .toList());
    expected = target.bytes();
  }

  /** A client whose pool is never the limit. */
  static HttpClient client() {
    return HttpClient.create(
        ConnectionProvider.builder("benchmark")
            .maxConnections(CONNECTIONS)
            .pendingAcquireMaxCount(-1)
            .build());
  }

  @Override
  public void call(Done done) {
    var unused =
        requests
            .next()
            .responseSingle((head, body) -> body.asByteArray())
            .subscribe(bytes -> done.done(bytes.length == expected), failure -> done.done(false));
  }
}
