package io.inmesh.spring.client;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.reactive.ClientHttpConnectorBuilder;
import org.springframework.http.client.reactive.ClientHttpConnector;

/** Lets whatever builds the application's reactive HTTP clients build them over the mesh. */
public final class MeshedConnectors implements BeanPostProcessor {
  private final Supplier<MeshedCalls> calls;

  /**
   * For an application.
   *
   * @param calls asked when the first client is built
   */
  public MeshedConnectors(Supplier<MeshedCalls> calls) {
    this.calls = calls;
  }

  @Override
  public Object postProcessAfterInitialization(Object bean, String name) {
    return bean instanceof ClientHttpConnectorBuilder<?> builder ? new Meshed(builder) : bean;
  }

  private final class Meshed implements ClientHttpConnectorBuilder<ClientHttpConnector> {
    private final ClientHttpConnectorBuilder<?> others;

    Meshed(ClientHttpConnectorBuilder<?> others) {
      this.others = others;
    }

    @Override
    public ClientHttpConnector build(@Nullable HttpClientSettings settings) {
      return new MeshConnector(
          calls.get(), others.build(settings), settings == null ? null : settings.readTimeout());
    }
  }
}
