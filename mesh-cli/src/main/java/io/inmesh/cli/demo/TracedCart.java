package io.inmesh.cli.demo;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** A user puts an item in the cart: three processes, one trace, and both ends count the same. */
final class TracedCart implements ShopCheck {
  private static final int ITEMS = 100;
  private static final String IDENTITY = "spiffe://cluster.local/ns/default/sa/";
  private static final Set<String> REQUESTS = Set.of("istio_requests_total");

  @Override
  public String promise() {
    return "an item goes into the cart, storefront → cart → catalogue: mutual TLS, one trace id in"
        + " every hop's span and access log, verified callers counted as often as calls";
  }

  @Override
  public String run(Shop shop) throws Exception {
    shop.rules(shop.patientRules());
    try {
      return traced(shop);
    } finally {
      shop.rules(shop.rules());
    }
  }

  private static String traced(Shop shop) throws Exception {
    var random = new SplittableRandom();
    var traces = new ArrayList<String>();
    double sent = -count(shop, "source", "cart", "catalogue");
    double taken = -count(shop, "destination", "cart", "catalogue");
    double front = -count(shop, "source", "storefront", "cart");
    double verified = -count(shop, "destination", "storefront", "cart");
    try (var customer = new Customer(shop.front())) {
      for (int i = 0; i < ITEMS; i++) {
        String trace = String.format("%016x%016x", random.nextLong() | 1, random.nextLong());
        traces.add(trace);
        String path = "/api/cart/user-" + i + "/tea";
        int status =
            customer
                .send("POST", path, "traceparent", "00-" + trace + "-00f067aa0ba902b7-01")
                .statusCode();
        Broken.unless(status == 200, "the cart answered " + status);
      }
    }
    List<String> services = List.of("storefront", "cart", "catalogue");
    for (String kind : List.of("access", "spans")) {
      for (String service : services) {
        Await.until(
            "all " + ITEMS + " traces are in the " + kind + " files of " + service,
            World.PATIENCE,
            () -> traces(shop, service, kind).containsAll(traces));
      }
    }
    int callers = callers(shop, new HashSet<>(traces));
    sent += count(shop, "source", "cart", "catalogue");
    taken += count(shop, "destination", "cart", "catalogue");
    front += count(shop, "source", "storefront", "cart");
    verified += count(shop, "destination", "storefront", "cart");
    Broken.unless(
        sent == ITEMS && taken == ITEMS && front == ITEMS && verified == ITEMS,
        "cart counted "
            + sent
            + ", the catalogue "
            + taken
            + " of it, the storefront "
            + front
            + ", the cart "
            + verified
            + " of it");
    return ITEMS
        + " traces whole in spans and access logs of 3 hops, "
        + callers
        + " lines name the verified caller; "
        + ITEMS
        + " = "
        + ITEMS
        + " calls on both hops";
  }

  private static List<JsonObject> lines(Shop shop, String service, String kind) throws IOException {
    var all = new ArrayList<JsonObject>();
    try (Stream<Path> files = Files.list(shop.logs())) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.startsWith(service) && name.endsWith("." + kind + ".jsonl")) {
          for (String line : Files.readAllLines(file)) {
            // The last line may be half of one.
            if (line.endsWith("}")) {
              all.add(JsonParser.parseString(line).getAsJsonObject());
            }
          }
        }
      }
    }
    return all;
  }

  private static Set<String> traces(Shop shop, String service, String kind) throws IOException {
    var found = new HashSet<String>();
    for (JsonObject line : lines(shop, service, kind)) {
      if (!line.get("trace_id").isJsonNull()) {
        found.add(line.get("trace_id").getAsString());
      }
    }
    return found;
  }

  /** Lines of those who were called, with the identity of who called. */
  private static int callers(Shop shop, Set<String> traces) throws Exception {
    int named = 0;
    for (String service : List.of("cart", "catalogue")) {
      String caller = IDENTITY + (service.equals("cart") ? "storefront" : "cart");
      for (JsonObject line : lines(shop, service, "access")) {
        boolean ours =
            line.get("reporter").getAsString().equals("destination")
                && !line.get("trace_id").isJsonNull()
                && traces.contains(line.get("trace_id").getAsString());
        if (ours) {
          String peer = line.get("downstream_peer_uri_san").getAsString();
          Broken.unless(peer.equals(caller), service + " was called by " + peer);
          named++;
        }
      }
    }
    Broken.unless(named == 2 * ITEMS, named + " lines name a caller");
    return named;
  }

  /** Calls between two services, as the processes of one side have counted them. */
  private static double count(Shop shop, String reporter, String from, String to)
      throws IOException, InterruptedException {
    var metrics = new Metrics();
    double sum = 0;
    boolean source = reporter.equals("source");
    for (Shop.Instance instance : shop.of(source ? from : to)) {
      for (Metrics.Series series : metrics.read(instance.metrics(), REQUESTS)) {
        boolean counts =
            series.label("reporter").equals(reporter)
                && (source
                    ? series.label("destination_service_name").equals(to)
                    : series.label("source_principal").equals(IDENTITY + from)
                        && series.label("connection_security_policy").equals("mutual_tls"));
        sum += counts ? series.value() : 0;
      }
    }
    return sum;
  }
}
