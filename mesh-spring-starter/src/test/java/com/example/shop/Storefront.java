package com.example.shop;

import jakarta.servlet.http.HttpServletRequest;
import java.security.Principal;
import java.util.Map;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.registry.ImportHttpServices;

/** An application like any other: it calls by four kinds of clients, and serves. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(Storefront.Pages.class)
@ImportHttpServices(group = "catalogue", types = Storefront.Catalogue.class)
public class Storefront {
  /** The catalogue, as an HTTP interface. */
  public interface Catalogue {
    /** Who the catalogue says is calling. */
    @GetExchange("/items")
    String items();
  }

  @Bean
  RestClient restClient(RestClient.Builder builder) {
    return builder.build();
  }

  @Bean
  RestTemplate restTemplate(RestTemplateBuilder builder) {
    return builder.build();
  }

  @Bean
  WebClient webClient(WebClient.Builder builder) {
    return builder.build();
  }

  /** Its pages. */
  @RestController
  public static final class Pages {
    private final RestClient client;

    Pages(RestClient client) {
      this.client = client;
    }

    @GetMapping("/hello")
    ResponseEntity<String> hello(
        HttpServletRequest request, @RequestHeader Map<String, String> headers) {
      return ResponseEntity.ok()
          .header("x-secure", Boolean.toString(request.isSecure()))
          .header("x-seen", String.valueOf(headers.get("x-added")))
          .body("hello");
    }

    @GetMapping("/page")
    String page(@RequestParam("bytes") int bytes) {
      return "x".repeat(bytes);
    }

    @PostMapping("/echo")
    byte[] echo(@RequestBody byte[] body) {
      return body;
    }

    @GetMapping("/who")
    String who(Principal caller) {
      return caller.getName();
    }

    @GetMapping("/headers")
    Map<String, String> headers(@RequestHeader Map<String, String> headers) {
      return headers;
    }

    @PostMapping("/form")
    String form(@RequestParam("item") String item, @RequestParam("count") int count) {
      return count + " " + item;
    }

    @GetMapping("/through")
    String through() {
      return String.valueOf(
          client.get().uri("http://catalogue/items").retrieve().body(String.class));
    }

    @GetMapping("/broken")
    String broken(@RequestHeader Map<String, String> headers) {
      if (headers.isEmpty()) {
        return "nobody asks";
      }
      throw new IllegalStateException("broken");
    }
  }
}
