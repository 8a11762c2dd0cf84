package io.inmesh.cli.demo;

/** The configuration files of the checks. */
final class Yaml {
  private static final String ROUTES =
      """
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: {name: orders, namespace: default}
      spec:
        hosts: [orders]
        http:
      """;

  private static final String SUBSETS =
      """
      ---
      apiVersion: networking.istio.io/v1
      kind: DestinationRule
      metadata: {name: orders, namespace: default}
      spec:
        host: orders
        subsets:
          - {name: v1, labels: {version: v1}}
          - {name: v2, labels: {version: v2}}
      """;

  static final String NO_RETRIES =
      ROUTES
          + """
              - route: [{destination: {host: orders}}]
                retries: {attempts: 0}
          """;

  static final String NO_TIMEOUT =
      ROUTES
          + """
              - route: [{destination: {host: orders}}]
          """;

  static final String RETRIED_GETS =
      ROUTES
          + """
              - match: [{method: {exact: GET}}]
                route: [{destination: {host: orders}}]
                retries: {attempts: 3, retryOn: "reset,connect-failure,refused-stream,503"}
              - route: [{destination: {host: orders}}]
                retries: {attempts: 0}
          """;

  static final String PER_TRY =
      ROUTES
          + """
              - match: [{uri: {exact: /deadline}}]
                route: [{destination: {host: orders}}]
                timeout: 700ms
                retries: {attempts: 5, perTryTimeout: 200ms, retryOn: "5xx"}
              - route: [{destination: {host: orders}}]
                retries: {attempts: 2, perTryTimeout: 300ms, retryOn: "5xx"}
          """;

  private Yaml() {}

  /** A split between two versions. */
  static String split(int v1, int v2) {
    return ROUTES
        + """
            - route:
                - {destination: {host: orders, subset: v1}, weight: %d}
                - {destination: {host: orders, subset: v2}, weight: %d}
              retries: {attempts: 0}
        """
            .formatted(v1, v2)
        + SUBSETS;
  }

  /** A host whose one endpoint should be the service {@code orders}. */
  static String stranger(String host, int port) {
    return """
    apiVersion: networking.istio.io/v1
    kind: ServiceEntry
    metadata: {name: stranger, namespace: default}
    spec:
      hosts: [%s]
      ports: [{number: 80, name: http, protocol: HTTP, targetPort: %d}]
      location: MESH_INTERNAL
      resolution: STATIC
      endpoints: [{address: 127.0.0.1}]
      subjectAltNames: ["spiffe://cluster.local/ns/default/sa/orders"]
    ---
    apiVersion: networking.istio.io/v1
    kind: DestinationRule
    metadata: {name: stranger, namespace: default}
    spec:
      host: %s
      trafficPolicy: {tls: {mode: ISTIO_MUTUAL, subjectAltNames: ["spiffe://cluster.local/ns/default/sa/orders"]}}
    """
        .formatted(host, port, host);
  }

  /** An answer without a server. */
  static String direct(int status) {
    return ROUTES
        + """
            - directResponse: {status: %d}
        """
            .formatted(status);
  }
}
