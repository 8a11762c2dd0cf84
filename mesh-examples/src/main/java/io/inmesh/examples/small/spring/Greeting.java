package io.inmesh.examples.small.spring;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

/**
 * A Spring Boot application that serves and calls. What puts it into the mesh is the dependency
 * {@code mesh-spring-starter} and a property:
 *
 * <pre>
 * java -cp 'mesh-examples/target/app/*' io.inmesh.examples.small.spring.Greeting \
 *     --inmesh.service=greeter --inmesh.join-directory=config/.inmesh/join
 * </pre>
 */
@SpringBootApplication
@RestController
public class Greeting {
  private final RestClient http;

  Greeting(RestClient.Builder http) {
    this.http = http.build();
  }

  public static void main(String[] arguments) {
    SpringApplication.run(Greeting.class, arguments);
  }

  @GetMapping("/hello")
  String hello() {
    return "Hello";
  }

  /** Calls itself through the mesh, by its name in the mesh. */
  @GetMapping("/twice")
  String twice() {
    String once = http.get().uri("http://greeter/hello").retrieve().body(String.class);
    return once + ", " + once;
  }
}
