package io.inmesh.benchmarks.client;

import java.io.IOException;
import java.util.List;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.io.entity.EntityUtils;

/** Apache HttpClient 5, classic. */
final class ApachePeer implements Client.Blocking {
  private static final int CONNECTIONS = 256;

  private final CloseableHttpClient client = client();
  private final Rotation<String> urls;
  private final int expected;

  ApachePeer(Target target) {
    urls = new Rotation<>(List.copyOf(target.urls()));
    expected = target.bytes();
  }

  /** A client whose pool is never the limit. */
  static CloseableHttpClient client() {
    return HttpClients.custom()
        .setConnectionManager(
            PoolingHttpClientConnectionManagerBuilder.create()
                .setMaxConnTotal(CONNECTIONS)
                .setMaxConnPerRoute(CONNECTIONS)
                .build())
        .build();
  }

  @Override
  public boolean call() throws Exception {
    return client.execute(
        new HttpGet(urls.next()),
        response ->
            response.getCode() == 200
                && EntityUtils.toByteArray(response.getEntity()).length == expected);
  }

  @Override
  public void close() throws IOException {
    client.close();
  }
}
