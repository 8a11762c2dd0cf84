package com.example.shop;

import java.security.Principal;
import java.util.Map;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A reactive application like any other. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(Reviews.Pages.class)
public class Reviews {
  @Bean
  WebClient webClient(WebClient.Builder builder) {
    return builder.build();
  }

  /** Its pages. */
  @RestController
  public static final class Pages {
    private final WebClient client;

    Pages(WebClient client) {
      this.client = client;
    }

    @GetMapping("/hello")
    Mono<String> hello() {
      return Mono.just("hello");
    }

    @GetMapping("/who")
    Mono<String> who(Principal caller) {
      return Mono.just(caller.getName());
    }

    @GetMapping("/headers")
    Mono<Map<String, String>> headers(@RequestHeader Map<String, String> headers) {
      return Mono.just(headers);
    }

    @PostMapping("/count")
    Mono<String> count(ServerHttpRequest request) {
      return request
          .getBody()
          .map(
              buffer -> {
                long bytes = buffer.readableByteCount();
                DataBufferUtils.release(buffer);
                return bytes;
              })
          .reduce(0L, Long::sum)
          .map(Object::toString);
    }

    @GetMapping("/page")
    Flux<String> page(@RequestParam("parts") int parts) {
      return Flux.range(0, parts).map(part -> "x".repeat(10_000));
    }

    @GetMapping("/broken")
    Mono<String> broken() {
      return Mono.error(new IllegalStateException("broken"));
    }

    @GetMapping("/through")
    Mono<String> through() {
      return client.get().uri("http://catalogue/items").retrieve().bodyToMono(String.class);
    }
  }
}
