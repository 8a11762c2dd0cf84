package io.inmesh.controlplane.config.istio;

import io.inmesh.config.EndpointSet.Health;
import io.inmesh.config.Locality;
import io.inmesh.controlplane.config.model.MeshBuilder;
import io.inmesh.controlplane.config.model.MeshModel.NamedWorkload;
import io.inmesh.controlplane.config.model.Workload;
import io.inmesh.controlplane.config.yaml.Fields;
import io.inmesh.controlplane.config.yaml.Value;
import java.util.Map;

/** Reads networking.istio.io WorkloadEntry, by itself and within a ServiceEntry. */
final class WorkloadEntries {
  private static final String UNIX = "unix://";
  private static final String TLS_MODE = "security.istio.io/tlsMode";

  private WorkloadEntries() {}

  static void read(ResourceHeader header, MeshBuilder mesh) {
    Workload workload = read(header.spec(), header.origin().namespace());
    header.spec().end();
    mesh.add(new NamedWorkload(header.origin(), workload));
  }

  /** Reads an entry; the caller ends the fields. */
  static Workload read(Fields fields, String namespace) {
    String address = fields.required("address").map(WorkloadEntries::address).orElse("");
    Map<String, Integer> ports = fields.map("ports", v -> v.integer(1, 65535));
    if (address.startsWith("/") && !ports.isEmpty()) {
      fields.owner().error("a Unix socket has no ports");
    }
    Map<String, String> labels = Hosts.labels(fields, "labels");
    Locality locality = fields.read("locality", WorkloadEntries::locality).orElse(Locality.NONE);
    int weight = fields.integer("weight", 1, 0, Integer.MAX_VALUE);
    String account = fields.read("serviceAccount", WorkloadEntries::account).orElse("");
    fields.ignore("network");
    return new Workload(
        namespace,
        "",
        address,
        address.startsWith("/") ? -1 : 0,
        ports,
        labels,
        locality,
        Math.max(1, weight),
        account,
        "istio".equals(labels.get(TLS_MODE)),
        Health.UNKNOWN);
  }

  private static String address(Value value) {
    String address = value.text();
    if (address.startsWith(UNIX)) {
      String path = address.substring(UNIX.length());
      if (!path.startsWith("/")) {
        value.error("a Unix socket must be an absolute path");
      }
      return path;
    }
    if (!Hosts.isIp(address) && !Hosts.isDnsName(address)) {
      value.error("\"" + address + "\" is neither an address nor a host name");
    }
    return address;
  }

  private static String account(Value value) {
    String account = value.text();
    if (!Hosts.isAccount(account)) {
      value.error("\"" + account + "\" is not the name of a service account");
    }
    return account;
  }

  /** {@code region/zone/subzone}. */
  static Locality locality(Value value) {
    return Locality.parse(value.text());
  }
}
