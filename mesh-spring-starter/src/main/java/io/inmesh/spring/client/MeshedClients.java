package io.inmesh.spring.client;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.HttpRedirects;
import org.springframework.http.client.ClientHttpRequestFactory;

/**
 * Lets whatever builds the application's blocking HTTP clients build them over the mesh. All that
 * Boot configures is built by this bean: {@code RestClient}, {@code RestTemplate}, HTTP interfaces.
 */
public final class MeshedClients implements BeanPostProcessor {
  private final Supplier<MeshedCalls> calls;
  private final Supplier<Executor> uploads;

  /**
   * For an application.
   *
   * @param calls asked when the first client is built
   * @param uploads runs the writing of long request bodies
   */
  public MeshedClients(Supplier<MeshedCalls> calls, Supplier<Executor> uploads) {
    this.calls = calls;
    this.uploads = uploads;
  }

  @Override
  public Object postProcessAfterInitialization(Object bean, String name) {
    return bean instanceof ClientHttpRequestFactoryBuilder<?> builder ? new Meshed(builder) : bean;
  }

  private final class Meshed implements ClientHttpRequestFactoryBuilder<ClientHttpRequestFactory> {
    private final ClientHttpRequestFactoryBuilder<?> others;

    Meshed(ClientHttpRequestFactoryBuilder<?> others) {
      this.others = others;
    }

    @Override
    public ClientHttpRequestFactory build(@Nullable HttpClientSettings settings) {
      HttpClientSettings wanted = settings == null ? HttpClientSettings.defaults() : settings;
      Duration timeout = wanted.readTimeout();
      boolean follow = wanted.redirects() != HttpRedirects.DONT_FOLLOW;
      return new MeshRequestFactory(
          calls.get(),
          others.build(settings),
          new MeshRequestFactory.Settings(timeout, follow, uploads.get()));
    }
  }
}
