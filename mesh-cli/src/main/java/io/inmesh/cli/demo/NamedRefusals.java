package io.inmesh.cli.demo;

import io.inmesh.call.Response;
import io.inmesh.identity.JoinFile;
import io.inmesh.runtime.member.Member;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Who may call the catalogue, and who may call himself payment. */
final class NamedRefusals implements ShopCheck {
  private static final String RULE = "policy[catalogue-deny]-rule[0]";

  @Override
  public String promise() {
    return "cart may call the catalogue; payment is denied, by the rule's name, as an event; cart's"
        + " token buys no identity of payment, and the attempt is told";
  }

  @Override
  public String run(Shop shop) throws Exception {
    try (var customer = new Customer(shop.front())) {
      int status = customer.send("POST", "/api/cart/ada/tea").statusCode();
      Broken.unless(status == 200, "cart was answered " + status);
    }
    List<Shop.Instance> catalogues = shop.of("catalogue");
    List<Integer> before = catalogues.stream().map(it -> it.process().lines()).toList();
    try (Member front = shop.world().client("storefront")) {
      Requests.awaitReady(front.mesh(), "http://payment/curious");
      Response told = Requests.send(front.mesh(), Requests.get("http://payment/curious"));
      Broken.unless(told.text().contains("403"), "payment says " + told.text());
    }
    String event = event(catalogues, before, line -> line.contains(RULE));
    Broken.unless(event.contains("/sa/payment"), "the event names no caller: " + event);
    return "\"" + event.strip() + "\"; \"" + forged(shop.world()) + "\"";
  }

  private static String event(
      List<Shop.Instance> instances, List<Integer> before, Predicate<String> wanted)
      throws Exception {
    var found = new ArrayList<String>();
    Await.until(
        "an event names the rule",
        Duration.ofSeconds(10),
        () -> {
          for (int i = 0; i < instances.size(); i++) {
            instances
                .get(i)
                .process()
                .line(before.get(i), wanted, Duration.ZERO)
                .ifPresent(found::add);
          }
          return !found.isEmpty();
        });
    return found.get(0);
  }

  /** A join file of payment, with the token of cart. */
  private static String forged(World world) throws Exception {
    String cart = Files.readString(world.joinFile("cart"));
    JoinFile forged = JoinFile.parse(cart.replace("service: cart", "service: payment"));
    int before = world.plane().lines();
    try (Member thief = Member.join(forged).start()) {
      String told =
          world
              .plane()
              .line(before, it -> it.contains("asks for a certificate of"), World.PATIENCE)
              .orElseThrow(() -> new Broken("the control plane tells of no attempt"));
      Broken.unless(thief.identity().current().isEmpty(), "the certificate was issued");
      return told.strip();
    }
  }
}
