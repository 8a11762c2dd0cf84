package io.inmesh.runtime.stats;

import io.inmesh.config.Node;
import java.util.Map;

/**
 * A workload as Istio's metrics name it; what is not known is {@value #UNKNOWN_NAME}.
 *
 * @param principal its SPIFFE identity
 * @param version what the label {@code version} says
 * @param canonicalService the service it is counted as
 * @param canonicalRevision the version it is counted as; {@code latest} if it says none
 * @param cluster the Kubernetes cluster, or what stands for one
 */
public record Party(
    String workload,
    String namespace,
    String principal,
    String app,
    String version,
    String canonicalService,
    String canonicalRevision,
    String cluster) {
  static final String UNKNOWN_NAME = "unknown";

  /** Nothing is known of it. */
  public static final Party UNKNOWN =
      new Party(
          UNKNOWN_NAME,
          UNKNOWN_NAME,
          UNKNOWN_NAME,
          UNKNOWN_NAME,
          UNKNOWN_NAME,
          UNKNOWN_NAME,
          UNKNOWN_NAME,
          UNKNOWN_NAME);

  /**
   * The workload that a node is: by {@code WORKLOAD_NAME}, {@code NAMESPACE}, {@code CLUSTER_ID}
   * and {@code LABELS} of its metadata as Istio writes them, else by its service.
   */
  public static Party of(Node node) {
    Map<String, Object> metadata = node.metadata();
    Map<?, ?> labels = metadata.get("LABELS") instanceof Map<?, ?> map ? map : Map.of();
    String workload = text(metadata, "WORKLOAD_NAME", node.cluster());
    String app = text(labels, "app", workload);
    String version = text(labels, "version", UNKNOWN_NAME);
    return new Party(
        workload,
        text(metadata, "NAMESPACE", UNKNOWN_NAME),
        UNKNOWN_NAME,
        app,
        version,
        text(labels, "service.istio.io/canonical-name", app),
        text(
            labels,
            "service.istio.io/canonical-revision",
            version.equals(UNKNOWN_NAME) ? "latest" : version),
        text(metadata, "CLUSTER_ID", UNKNOWN_NAME));
  }

  private static String text(Map<?, ?> map, String key, String otherwise) {
    return map.get(key) instanceof String text && !text.isEmpty() ? text : otherwise;
  }

  /** A workload that goes by the name of its service. */
  public static Party of(String service, String namespace, String version) {
    return new Party(
        service,
        namespace,
        UNKNOWN_NAME,
        service,
        version.isEmpty() ? UNKNOWN_NAME : version,
        service,
        version.isEmpty() ? "latest" : version,
        UNKNOWN_NAME);
  }

  /** What an identity of Istio's form tells: {@code spiffe://DOMAIN/ns/NAMESPACE/sa/ACCOUNT}. */
  public static Party ofPrincipal(String uri) {
    String[] words = uri.split("/");
    int at = words.length - 4;
    boolean told = at > 0 && words[at].equals("ns") && words[at + 2].equals("sa");
    return (told ? of(words[at + 3], words[at + 1], "") : UNKNOWN).withPrincipal(uri);
  }

  /** The same in a version; empty for none. */
  public Party withVersion(String value) {
    return value.isEmpty()
        ? this
        : new Party(workload, namespace, principal, app, value, canonicalService, value, cluster);
  }

  /** The same with an identity. */
  public Party withPrincipal(String value) {
    return new Party(
        workload,
        namespace,
        value.isEmpty() ? UNKNOWN_NAME : value,
        app,
        version,
        canonicalService,
        canonicalRevision,
        cluster);
  }
}
