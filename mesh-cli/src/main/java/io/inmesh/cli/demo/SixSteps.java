package io.inmesh.cli.demo;

import io.inmesh.Mesh;
import io.inmesh.cli.load.Load;
import io.inmesh.cli.load.Tally;
import io.inmesh.runtime.member.Member;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** From deployment to metrics, with the catalogue scaled on the way. */
final class SixSteps implements ShopCheck {
  private static final String URI = "http://catalogue/items/tea";
  private static final int CALLS = 10_000;
  private static final String TICK = " \u2713";

  @Override
  public String promise() {
    return "deploy → registered → discovered and routed → scaled 1 → 4 → 1 → mTLS and policy in"
        + " force → metrics seen; shares follow, no failed call";
  }

  @Override
  public String run(Shop shop) throws Exception {
    var steps = new ArrayList<String>();
    var all = new Tally();
    var window = new Window();
    // One loop: its turns are what is counted exactly.
    try (Member member = shop.world().joining("storefront").threads(1).start()) {
      Mesh mesh = member.mesh();
      Requests.awaitReady(mesh, URI);
      try (Load load =
          Calls.endless(
              mesh,
              URI,
              2,
              sample -> {
                all.accept(sample);
                window.accept(sample);
              })) {
        for (String name : List.of("catalogue-2", "catalogue-3")) {
          shop.end(shop.instance(name));
        }
        long millis = follows(shop, window);
        steps.add("one instance left, seen after " + millis + " ms");
        Broken.unless(load.started() > 0, "no load");
        Shop.Instance added = shop.catalogue(4);
        steps.add("deploy" + TICK);
        steps.add(
            "registered and called " + follows(shop, window) + " ms after it was ready" + TICK);
        shop.catalogue(2);
        shop.catalogue(3);
        follows(shop, window);
        load.stop();
        Broken.unless(load.await(World.PATIENCE), "calls do not end");
        steps.add("scaled to 4: " + shares(mesh, shop) + TICK);
        metricsOf(added);
        try (Load again =
            Calls.endless(
                mesh,
                URI,
                2,
                sample -> {
                  all.accept(sample);
                  window.accept(sample);
                })) {
          for (String name : List.of("catalogue-2", "catalogue-3", "catalogue-4")) {
            shop.end(shop.instance(name));
          }
          steps.add("and to 1 after " + follows(shop, window) + " ms" + TICK);
          Broken.unless(again.started() > 0, "no load");
        }
      }
      refusesPlaintext(shop.instance("catalogue-1").port());
    }
    Calls.allSucceeded(all);
    try (Member payment = shop.world().client("payment")) {
      int status = Requests.send(payment.mesh(), Requests.get(URI)).status();
      Broken.unless(status == 403, "payment was answered " + status);
    }
    steps.add("plaintext and payment refused" + TICK);
    steps.add("metrics of the new instance count its calls" + TICK);
    shop.catalogue(2);
    shop.catalogue(3);
    return String.join("; ", steps) + "; " + all.calls() + " calls beside, 0 failed";
  }

  /** Waits until calls go to all instances that run, and to no other. */
  private static long follows(Shop shop, Window window) throws Exception {
    long start = System.nanoTime();
    Set<String> wanted = new TreeSet<>();
    shop.of("catalogue").forEach(it -> wanted.add("127.0.0.1:" + it.port()));
    Await.until(
        "calls go to " + wanted,
        World.PATIENCE,
        () -> {
          Tally fresh = window.begin();
          Await.until("calls are made", World.PATIENCE, () -> fresh.calls() >= 40);
          return fresh.endpoints().keySet().equals(wanted);
        });
    return (System.nanoTime() - start) / 1_000_000;
  }

  private static String shares(Mesh mesh, Shop shop) throws Exception {
    Tally tally = Calls.get(mesh, URI, CALLS, 4);
    Calls.allSucceeded(tally);
    Map<String, Long> endpoints = tally.endpoints();
    int instances = shop.of("catalogue").size();
    for (long calls : endpoints.values()) {
      Broken.unless(
          endpoints.size() == instances && Math.abs(calls - CALLS / instances) <= 1,
          "round robin gave " + endpoints);
    }
    return endpoints.values() + " of " + CALLS;
  }

  private static void metricsOf(Shop.Instance instance) throws Exception {
    double counted = 0;
    for (Metrics.Series series :
        new Metrics().read(instance.metrics(), Set.of("istio_requests_total"))) {
      counted += series.label("reporter").equals("destination") ? series.value() : 0;
    }
    Broken.unless(counted >= CALLS / 4.0 - 1, instance.name() + " counted " + counted);
  }

  private static void refusesPlaintext(int port) throws Exception {
    String answer = "";
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(5000);
      socket
          .getOutputStream()
          .write(
              "GET /items HTTP/1.1\r\nhost: catalogue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      answer = new String(socket.getInputStream().readNBytes(5), StandardCharsets.ISO_8859_1);
    } catch (IOException refused) {
      answer = "";
    }
    Broken.unless(!answer.startsWith("HTTP"), "plaintext was answered");
  }
}
