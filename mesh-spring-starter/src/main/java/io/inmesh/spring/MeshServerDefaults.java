package io.inmesh.spring;

import java.util.HashMap;
import java.util.Map;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Lets the web server of an application in the mesh speak mutual TLS with the mesh's certificate,
 * unless the application says anything about TLS itself.
 */
final class MeshServerDefaults implements EnvironmentPostProcessor, Ordered {
  private static final String SOURCE = "inmeshServerDefaults";
  private static final String READINESS = "management.endpoint.health.group.readiness.include";

  @Override
  public void postProcessEnvironment(
      ConfigurableEnvironment environment, SpringApplication application) {
    boolean member =
        is(environment, "inmesh.enabled")
            && (environment.containsProperty("inmesh.service")
                || environment.containsProperty("inmesh.join"));
    boolean serves =
        member
            && is(environment, "inmesh.server.enabled")
            && application.getWebApplicationType() != WebApplicationType.NONE;
    boolean ownTls =
        Binder.get(environment)
            .bind("server.ssl", Bindable.mapOf(String.class, Object.class))
            .isBound();
    Map<String, Object> defaults = new HashMap<>();
    if (serves && !ownTls) {
      defaults.put("server.ssl.bundle", MeshSslBundle.NAME);
      defaults.put("server.ssl.client-auth", "need");
    }
    if (member && is(environment, "management.endpoint.health.probes.enabled")) {
      // What the application says of its own readiness comes first, and is then all.
      defaults.put(READINESS, "readinessState,mesh");
    }
    if (!defaults.isEmpty()) {
      environment.getPropertySources().addLast(new MapPropertySource(SOURCE, defaults));
    }
  }

  private static boolean is(ConfigurableEnvironment environment, String name) {
    return environment.getProperty(name, Boolean.class, true);
  }

  /** After the application's own files have been read. */
  @Override
  public int getOrder() {
    return Ordered.LOWEST_PRECEDENCE;
  }
}
