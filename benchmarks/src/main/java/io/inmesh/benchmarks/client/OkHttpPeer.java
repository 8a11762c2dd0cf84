package io.inmesh.benchmarks.client;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/** OkHttp, blocking. */
final class OkHttpPeer implements Client.Blocking {
  private static final int CONNECTIONS = 256;

  private final OkHttpClient client =
      new OkHttpClient.Builder()
          .connectionPool(new ConnectionPool(CONNECTIONS, 5, TimeUnit.MINUTES))
          .build();
  private final Rotation<Request> requests;
  private final int expected;

  OkHttpPeer(Target target) {
    requests =
        new Rotation<>(
            target.urls().stream().map(it -> new Request.Builder().url(it).build()).toList());
    expected = target.bytes();
  }

  @Override
  public boolean call() throws IOException {
    try (Response response = client.newCall(requests.next()).execute()) {
      return response.code() == 200 && response.body().bytes().length == expected;
    }
  }
}
