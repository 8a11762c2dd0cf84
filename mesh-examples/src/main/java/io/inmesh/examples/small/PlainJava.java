package io.inmesh.examples.small;

import io.inmesh.call.Bodies;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.call.Response;
import io.inmesh.identity.SpiffeId;
import io.inmesh.runtime.inbound.ConnectionListener;
import io.inmesh.runtime.member.Member;
import io.inmesh.server.Handler;
import io.inmesh.server.ServerResponse;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Two members of a mesh in plain Java: {@code greeter} serves, {@code web} calls it by its name.
 *
 * <pre>
 * ./inmesh control-plane --config config --join web,greeter
 * java -cp 'mesh-examples/target/app/*' io.inmesh.examples.small.PlainJava config/.inmesh/join
 * </pre>
 */
public final class PlainJava {
  private PlainJava() {}

  public static void main(String[] arguments) throws InterruptedException {
    Path joins = Path.of(arguments[0]);
    try (Member greeter = Member.join(joins.resolve("default.greeter.join")).start();
        Member web = Member.join(joins.resolve("default.web.join")).start()) {
      // Registered by itself, with mutual TLS, and taken out again when it is closed.
      greeter.serve(0, Member.Service.local(), greet(), ConnectionListener.NONE);
      System.out.println(call(web));
    }
  }

  static String call(Member web) throws InterruptedException {
    Response response =
        web.mesh().blocking().send(Request.of("GET", URI.create("http://greeter/hello")));
    return response.status() + " " + response.text();
  }

  /** Greets whoever calls by the name in his certificate. */
  static Handler greet() {
    return request -> {
      String name = request.peer().map(SpiffeId::uri).orElse("stranger");
      var body = Optional.of(Bodies.of("Hello, " + name));
      return CompletableFuture.completedStage(new ServerResponse(200, Headers.EMPTY, body));
    };
  }
}
