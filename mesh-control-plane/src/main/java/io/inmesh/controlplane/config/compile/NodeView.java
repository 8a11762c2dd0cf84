package io.inmesh.controlplane.config.compile;

import io.inmesh.config.Address;
import io.inmesh.config.Locality;
import io.inmesh.config.Node;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * All of a node that its configuration depends on. Nodes with equal views get the same resources.
 *
 * @param namespace where its short names belong, and which exports it sees
 * @param labels of its workload
 * @param bound where the node listens; empty unless it has bound listeners
 */
public record NodeView(
    Flavour flavour,
    String namespace,
    Map<String, String> labels,
    Locality locality,
    Optional<Bound> bound) {
  /** The metadata by which a node says where it belongs. */
  public static final String NAMESPACE = "NAMESPACE";

  private static final String DEFAULT_NAMESPACE = "default";
  private static final int OUTBOUND_PORT = 15001;
  static final String LOOPBACK = "127.0.0.1";

  public NodeView {
    labels = Map.copyOf(labels);
  }

  /** How a node takes its configuration. */
  public enum Flavour {
    /** Listeners by name, all else as for a proxy: our own clients. */
    API,
    /** Listeners by name, and only what gRPC's own clients understand. */
    GRPC,
    /** Listeners that are bound to addresses: Envoy. */
    BOUND
  }

  /**
   * Where a node with bound listeners listens.
   *
   * @param outbound for the calls of the application, by host
   * @param inbound for calls from the mesh; empty if the node does not serve
   * @param application where the application of the node serves
   * @param service that the node says it is of; empty if it does not
   */
  public record Bound(
      Address outbound, Optional<Address> inbound, Optional<Address> application, String service) {
    /** Of a node that says no service. */
    public Bound(Address outbound, Optional<Address> inbound, Optional<Address> application) {
      this(outbound, inbound, application, "");
    }
  }

  /** A view of our own client in a namespace. */
  public static NodeView api(String namespace) {
    return new NodeView(Flavour.API, namespace, Map.of(), Locality.NONE, Optional.empty());
  }

  /**
   * The view of a node. Of its metadata these count: {@code NAMESPACE}, {@code LABELS}, {@code
   * INMESH_REGISTRATION} (service, namespace, address, port, labels), and for Envoy {@code
   * INMESH_OUTBOUND_ADDRESS} (127.0.0.1 by default), {@code INMESH_OUTBOUND_PORT} (15001 by
   * default) and {@code INMESH_APPLICATION_PORT}, where its application serves on loopback.
   */
  public static NodeView of(Node node, Flavour flavour) {
    Map<String, Object> metadata = node.metadata();
    Map<?, ?> registration = map(metadata.get("INMESH_REGISTRATION"));
    var labels = new HashMap<String, String>();
    map(metadata.get("LABELS")).forEach((k, v) -> labels.put(k.toString(), v.toString()));
    map(registration.get("labels")).forEach((k, v) -> labels.put(k.toString(), v.toString()));
    String namespace =
        text(metadata.get(NAMESPACE), text(registration.get("namespace"), namespaceOf(node.id())));
    return new NodeView(
        flavour,
        namespace,
        labels,
        node.locality(),
        flavour == Flavour.BOUND ? Optional.of(bound(metadata, registration)) : Optional.empty());
  }

  private static Bound bound(Map<String, Object> metadata, Map<?, ?> registration) {
    String host = text(metadata.get("INMESH_OUTBOUND_ADDRESS"), LOOPBACK);
    int port = port(metadata.get("INMESH_OUTBOUND_PORT"), OUTBOUND_PORT);
    int served = port(registration.get("port"), 0);
    int application = port(metadata.get("INMESH_APPLICATION_PORT"), 0);
    boolean serves = served > 0 && application > 0;
    return new Bound(
        new Address(host, port),
        serves
            ? Optional.of(new Address(text(registration.get("address"), LOOPBACK), served))
            : Optional.empty(),
        serves ? Optional.of(new Address(LOOPBACK, application)) : Optional.empty(),
        text(registration.get("service"), ""));
  }

  /** Istio's ids end with {@code NAME.NAMESPACE~NAMESPACE.svc.DOMAIN}. */
  private static String namespaceOf(String id) {
    String last = id.substring(id.lastIndexOf('~') + 1);
    int dot = last.indexOf(".svc");
    return id.indexOf('~') >= 0 && dot > 0 ? last.substring(0, dot) : DEFAULT_NAMESPACE;
  }

  private static Map<?, ?> map(@org.jspecify.annotations.Nullable Object value) {
    return value instanceof Map<?, ?> map ? map : Map.of();
  }

  static String text(@org.jspecify.annotations.Nullable Object value, String absent) {
    return value instanceof String text && !text.isEmpty() ? text : absent;
  }

  /** Metadata has numbers as doubles, and often as text. */
  static int port(@org.jspecify.annotations.Nullable Object value, int absent) {
    String digits =
        value instanceof Number number ? Integer.toString(number.intValue()) : text(value, "");
    int port = digits.matches("[0-9]{1,5}") ? Integer.parseInt(digits) : absent;
    return port > 0 && port <= 0xffff ? port : absent;
  }
}
