package io.inmesh.controlplane.config.istio;

import io.inmesh.config.FractionalPercent;
import io.inmesh.controlplane.config.model.MeshSettings;
import io.inmesh.controlplane.config.model.VirtualService.Destination;
import io.inmesh.controlplane.config.model.VirtualService.Mirror;
import io.inmesh.controlplane.config.model.VirtualService.Weighted;
import io.inmesh.controlplane.config.yaml.Fields;
import io.inmesh.controlplane.config.yaml.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads where requests go: routes and mirrors. */
final class Destinations {
  private final MeshSettings settings;
  private final String namespace;

  Destinations(MeshSettings settings, String namespace) {
    this.settings = settings;
    this.namespace = namespace;
  }

  /** The destinations that get anything: a weight of 0 gets nothing. */
  List<Weighted> weighted(Value list) {
    var all = new ArrayList<Weighted>();
    var receiving = new ArrayList<Weighted>();
    long sum = 0;
    for (Value item : list.items()) {
      Weighted one = weighted1(item);
      all.add(one);
      sum += one.weight();
      if (one.weight() > 0) {
        receiving.add(one);
      }
    }
    if (all.size() == 1) {
      return all;
    }
    if (sum == 0 || sum > 0xFFFF_FFFFL) {
      list.error(sum == 0 ? "all weights are 0" : "the weights sum up to more than 4294967295");
    }
    return receiving;
  }

  private Weighted weighted1(Value value) {
    Fields fields = value.fields();
    Destination destination =
        fields.required("destination").map(this::destination).orElse(new Destination("", "", 0));
    int weight = fields.integer("weight", 0, 0, Integer.MAX_VALUE);
    Headers headers = fields.read("headers", Headers::read).orElse(Headers.NONE);
    fields.end();
    return new Weighted(destination, weight, headers.mutations(), headers.authority());
  }

  Destination destination(Value value) {
    Fields fields = value.fields();
    String host = fields.required("host").map(Destinations::host).orElse("");
    String subset = fields.text("subset", "");
    if (!subset.isEmpty() && !Hosts.isLabel(subset)) {
      fields.find("subset").ifPresent(v -> v.error("\"" + subset + "\" is not a valid name"));
    }
    int port = fields.read("port", Destinations::port).orElse(0);
    fields.end();
    return new Destination(settings.qualify(host, namespace), subset, port);
  }

  static int port(Value value) {
    Fields fields = value.fields();
    int number = fields.required("number").map(v -> v.integer(1, 65535)).orElse(1);
    fields.end();
    return number;
  }

  private static String host(Value value) {
    String host = Hosts.wildcard(value);
    if (host.equals("*")) {
      value.error("* is not a destination");
    }
    return host;
  }

  /**
   * {@code mirror} with its percentage, or {@code mirrors}; those that get nothing are left out.
   */
  List<Mirror> mirrors(Fields route) {
    Optional<FractionalPercent> share = route.read("mirrorPercentage", Destinations::percentage);
    Optional<FractionalPercent> whole =
        route.read("mirrorPercent", v -> new FractionalPercent(v.integer(0, 100), 100, ""));
    var mirrors = new ArrayList<Mirror>(route.list("mirrors", this::mirror));
    Optional<Destination> single = route.read("mirror", this::destination);
    if (single.isPresent() && route.has("mirrors")) {
      route.owner().error("mirror and mirrors must not be set both");
    }
    if (share.isPresent() && whole.isPresent()) {
      route.owner().error("mirrorPercent and mirrorPercentage must not be set both");
    }
    single.ifPresent(
        to -> mirrors.add(new Mirror(to, share.or(() -> whole).orElse(FractionalPercent.ALL))));
    mirrors.removeIf(mirror -> mirror.share().numerator() == 0);
    return mirrors;
  }

  private Mirror mirror(Value value) {
    Fields fields = value.fields();
    Destination to =
        fields.required("destination").map(this::destination).orElse(new Destination("", "", 0));
    FractionalPercent share =
        fields.read("percentage", Destinations::percentage).orElse(FractionalPercent.ALL);
    fields.end();
    return new Mirror(to, share);
  }

  /** networking.istio.io Percent: {@code {value: 12.5}}, in millionths. */
  static FractionalPercent percentage(Value value) {
    Fields fields = value.fields();
    double percent = fields.read("value", v -> v.number(0, 100)).orElse(0.0);
    fields.end();
    return new FractionalPercent((int) Math.round(percent * 10_000), 1_000_000, "");
  }
}
