package io.inmesh.spring.client;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestFactory;

/**
 * Makes the requests of blocking clients ({@code RestClient}, {@code RestTemplate}, HTTP
 * interfaces): what the mesh knows goes by it, all else by the client that the application would
 * have used.
 */
final class MeshRequestFactory implements ClientHttpRequestFactory {
  private final MeshedCalls calls;
  private final ClientHttpRequestFactory others;
  private final Settings settings;

  /**
   * How the application wants its client to behave.
   *
   * @param timeout for a whole exchange; null for none but those of config
   * @param followRedirects whether answers of 3xx are followed
   * @param uploads runs the writing of long request bodies
   */
  record Settings(@Nullable Duration timeout, boolean followRedirects, Executor uploads) {}

  MeshRequestFactory(MeshedCalls calls, ClientHttpRequestFactory others, Settings settings) {
    this.calls = calls;
    this.others = others;
    this.settings = settings;
  }

  MeshedCalls calls() {
    return calls;
  }

  Settings settings() {
    return settings;
  }

  @Override
  public ClientHttpRequest createRequest(URI uri, HttpMethod method) throws IOException {
    if (!MeshedCalls.isCandidate(uri)) {
      return others.createRequest(uri, method);
    }
    try {
      boolean meshed = calls.areMeshed(uri, method).toCompletableFuture().get();
      return meshed ? new MeshRequest(this, uri, method) : others.createRequest(uri, method);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the mesh was asked about " + uri);
    } catch (ExecutionException broken) {
      throw new IOException("the mesh cannot say whether it knows " + uri, broken.getCause());
    }
  }
}
