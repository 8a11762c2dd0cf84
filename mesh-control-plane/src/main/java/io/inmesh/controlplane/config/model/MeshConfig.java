package io.inmesh.controlplane.config.model;

import io.inmesh.config.ExternalAuthorization.BodyLimit;
import io.inmesh.config.ExternalAuthorization.Failure;
import io.inmesh.controlplane.config.model.TrafficPolicy.Localities;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What holds for the whole mesh of Istio. Source: MeshConfig, in the ConfigMap {@code istio}.
 *
 * @param autoMtls whether workloads that take mutual TLS are called with it of its own accord
 * @param registryOnly whether calls to what is not in the mesh are refused
 * @param localities where no destination rule speaks of them
 * @param authorizers services that decide for policies with the action CUSTOM
 */
public record MeshConfig(
    boolean autoMtls, boolean registryOnly, Localities localities, List<Authorizer> authorizers) {
  /** Istio's defaults. */
  public static final MeshConfig DEFAULT = new MeshConfig(true, false, Localities.NONE, List.of());

  public MeshConfig {
    authorizers = List.copyOf(authorizers);
  }

  /** The service of this name. */
  public Optional<Authorizer> authorizer(String name) {
    return authorizers.stream().filter(one -> one.name().equals(name)).findFirst();
  }

  /**
   * A service that decides about requests.
   *
   * @param http how it is asked over HTTP; empty over gRPC
   * @param timeout of an answer
   */
  public record Authorizer(
      String name,
      String host,
      int port,
      Duration timeout,
      Optional<OverHttp> http,
      Optional<BodyLimit> body,
      Failure failure,
      boolean clearRoute) {}

  /**
   * Over HTTP. Lists are of names, which may begin or end with {@code *}.
   *
   * @param told of the request, beside the least
   * @param pathPrefix before the request's path
   * @param headers added to the question
   * @param upstream of an answer that lets pass, to the request
   * @param client of a refusal, to the caller
   * @param clientOnSuccess of an answer that lets pass, to the caller
   */
  public record OverHttp(
      List<String> told,
      String pathPrefix,
      Map<String, String> headers,
      List<String> upstream,
      List<String> client,
      List<String> clientOnSuccess) {
    public OverHttp {
      told = List.copyOf(told);
      headers = Map.copyOf(headers);
      upstream = List.copyOf(upstream);
      client = List.copyOf(client);
      clientOnSuccess = List.copyOf(clientOnSuccess);
    }
  }
}
