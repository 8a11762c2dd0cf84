package io.inmesh.benchmarks.client;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.retry.Retry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

/**
 * What a Spring application has today: RestClient on HttpClient 5, Spring Cloud LoadBalancer over
 * fixed instances, and around each call Resilience4j's retry and circuit breaker as decorators,
 * which is their leanest use.
 */
final class SpringPeer implements Client.Blocking {
  private final ConfigurableApplicationContext context;
  private final RestClient client;
  private final CircuitBreaker breaker = CircuitBreaker.ofDefaults("backend");
  private final Retry retry = Retry.ofDefaults("backend");
  private final String url;
  private final int expected;

  /** The application. */
  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  public static class Application {
    /** A builder whose clients know services by name. */
    @Bean
    @LoadBalanced
    RestClient.Builder balanced() {
      return RestClient.builder();
    }
  }

  SpringPeer(Target target) {
    Map<String, Object> properties = new HashMap<>();
    List<String> urls = target.urls();
    for (int i = 0; i < urls.size(); i++) {
      String authority = urls.get(i).substring(0, urls.get(i).indexOf('/', "http://".length()));
      properties.put(
          "spring.cloud.discovery.client.simple.instances.backend[" + i + "].uri", authority);
    }
    properties.put("spring.main.banner-mode", "off");
    properties.put("spring.cloud.compatibility-verifier.enabled", "false");
    context =
        new SpringApplicationBuilder(Application.class)
            .web(WebApplicationType.NONE)
            .properties(properties)
            .run();
    client =
        context
            .getBean(RestClient.Builder.class)
            .requestFactory(new HttpComponentsClientHttpRequestFactory(ApachePeer.client()))
            .build();
    url = "http://backend" + target.path();
    expected = target.bytes();
  }

  @Override
  public boolean call() throws Exception {
    return retry.executeCallable(() -> breaker.executeCallable(this::get));
  }

  private boolean get() {
    byte[] body = client.get().uri(url).retrieve().body(byte[].class);
    return body != null && body.length == expected;
  }

  @Override
  public void close() {
    context.close();
  }
}
