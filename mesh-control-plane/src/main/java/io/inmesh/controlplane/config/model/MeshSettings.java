package io.inmesh.controlplane.config.model;

/**
 * What holds for the whole mesh.
 *
 * @param trustDomain of the identities; {@code cluster.local} by default
 * @param domain under which short names are completed: {@code NAME.NAMESPACE.svc.DOMAIN}
 * @param rootNamespace whose rules hold for all; {@code istio-system} by default
 * @param tls how meshed services are reached where no rule says otherwise
 */
public record MeshSettings(String trustDomain, String domain, String rootNamespace, Tls tls) {
  /** What holds where nothing is said. */
  public static final MeshSettings DEFAULT =
      new MeshSettings("cluster.local", "cluster.local", "istio-system", Tls.PERMISSIVE);

  /** What holds in a trust domain where nothing else is said. */
  public static MeshSettings of(String trustDomain) {
    return new MeshSettings(trustDomain, trustDomain, DEFAULT.rootNamespace, DEFAULT.tls);
  }

  /** Mutual TLS within the mesh. */
  public enum Tls {
    /** Never of its own accord. */
    OFF,
    /** To those workloads that take it. */
    PERMISSIVE,
    /** Always. */
    STRICT;

    /** As it is written. */
    public String token() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** The full name of a service. */
  public String host(String name, String namespace) {
    return name + "." + namespace + ".svc." + domain;
  }

  /** A host as a resource in {@code namespace} names it: a name without dots is completed. */
  public String qualify(String host, String namespace) {
    String lower = host.toLowerCase(java.util.Locale.ROOT);
    return lower.indexOf('.') < 0 && !lower.equals("*") ? host(lower, namespace) : lower;
  }
}
