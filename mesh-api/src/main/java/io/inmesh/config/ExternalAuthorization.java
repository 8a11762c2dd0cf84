package io.inmesh.config;

import io.inmesh.config.HeaderMutations.HeaderValue;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Asks a service whether a request may pass. Source:
 * envoy.extensions.filters.http.ext_authz.v3.ExtAuthz.
 *
 * @param body that the service is told of; empty for none
 * @param enabled which requests are asked about; all by default
 * @param enabledMetadata requests whose dynamic metadata does not match are not asked about
 * @param denyAtDisable requests that are not asked about are refused
 * @param shadow the service is asked, and nobody is refused
 */
public record ExternalAuthorization(
    Service service,
    View view,
    Optional<BodyLimit> body,
    Failure failure,
    Mutations mutations,
    FractionalPercent enabled,
    Optional<MetadataMatcher> enabledMetadata,
    Optional<Switch> denyAtDisable,
    boolean shadow)
    implements Extension {
  /** The type of these settings. */
  public static final String TYPE = "envoy.extensions.filters.http.ext_authz.v3.ExtAuthz";

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Set<Resource.Key> references() {
    return Set.of(service.key());
  }

  /** Who is asked. */
  public sealed interface Service {
    /** The cluster of the service. */
    String cluster();

    /** How long the answer may take; zero for ever. */
    Duration timeout();

    /** The cluster of the service, as a resource. */
    default Resource.Key key() {
      return new Resource.Key(Resource.Type.CLUSTER, cluster());
    }
  }

  /** A service of envoy.service.auth.v3.Authorization. The default timeout is 200 ms. */
  public record OverGrpc(GrpcService grpc, Duration timeout) implements Service {
    @Override
    public String cluster() {
      return grpc.cluster();
    }
  }

  /**
   * A service that is sent the request's head. Source: HttpService.
   *
   * @param pathPrefix before the request's path
   * @param pathOverride in place of it, or empty
   * @param headersToAdd to the question; they replace what is there
   * @param answer what becomes of the headers of an answer
   */
  public record OverHttp(
      String cluster,
      Duration timeout,
      String pathPrefix,
      String pathOverride,
      List<HeaderValue> headersToAdd,
      AnswerHeaders answer)
      implements Service {
    public OverHttp {
      headersToAdd = List.copyOf(headersToAdd);
    }
  }

  /**
   * Which headers of an HTTP service's answer go where. Source: AuthorizationResponse.
   *
   * @param upstream to the request, replacing
   * @param upstreamAppended to the request, beside what is there
   * @param client to the caller with a denial; all if there is no matcher
   * @param clientOnSuccess to the caller with the response
   * @param metadata to dynamic metadata
   */
  public record AnswerHeaders(
      List<StringMatcher> upstream,
      List<StringMatcher> upstreamAppended,
      List<StringMatcher> client,
      List<StringMatcher> clientOnSuccess,
      List<StringMatcher> metadata) {
    /** None but those of denials. */
    public static final AnswerHeaders NONE =
        new AnswerHeaders(List.of(), List.of(), List.of(), List.of(), List.of());

    public AnswerHeaders {
      upstream = List.copyOf(upstream);
      upstreamAppended = List.copyOf(upstreamAppended);
      client = List.copyOf(client);
      clientOnSuccess = List.copyOf(clientOnSuccess);
      metadata = List.copyOf(metadata);
    }
  }

  /**
   * What the service is told of a request.
   *
   * @param allowed headers; empty for all over gRPC, and for the least over HTTP
   * @param disallowed headers, even if they are allowed
   * @param raw fields stay apart and as they are, in {@code header_map}
   * @param peerCertificate the caller's
   * @param tlsSession the server name that the caller asked for
   * @param labelsKey the node's metadata of this key are the destination's labels; empty for none
   * @param metadata namespaces of dynamic metadata
   * @param routeMetadata namespaces of the route's metadata
   */
  public record View(
      Optional<List<StringMatcher>> allowed,
      List<StringMatcher> disallowed,
      boolean raw,
      boolean peerCertificate,
      boolean tlsSession,
      String labelsKey,
      List<String> metadata,
      List<String> routeMetadata) {
    /** Envoy's defaults. */
    public static final View DEFAULT =
        new View(Optional.empty(), List.of(), false, false, false, "", List.of(), List.of());

    public View {
      allowed = allowed.map(List::copyOf);
      disallowed = List.copyOf(disallowed);
      metadata = List.copyOf(metadata);
      routeMetadata = List.copyOf(routeMetadata);
    }
  }

  /**
   * How much of a body is told. Source: BufferSettings.
   *
   * @param bytes at most
   * @param partial a longer body is cut off; otherwise its request is answered with 413
   * @param packed as bytes, not as text
   */
  public record BodyLimit(int bytes, boolean partial, boolean packed) {}

  /**
   * What becomes of a request when the service cannot be asked.
   *
   * @param allow it passes
   * @param mark one that passes has {@code x-envoy-auth-failure-mode-allowed}
   * @param status of the refusal; 403 by default
   */
  public record Failure(boolean allow, boolean mark, int status) {
    /** It is refused. */
    public static final Failure REFUSED = new Failure(false, false, 403);
  }

  /**
   * What an answer may change.
   *
   * @param clearRoute the route is chosen again after a change
   * @param validate a header or query parameter that is not valid makes the answer invalid
   * @param rules for headers of the request
   * @param metadata whether dynamic metadata is taken
   * @param mostBodyBytes of a denial; 0 for any number
   */
  public record Mutations(
      boolean clearRoute,
      boolean validate,
      Optional<HeaderMutationRules> rules,
      boolean metadata,
      int mostBodyBytes) {
    /** Envoy's defaults. */
    public static final Mutations DEFAULT = new Mutations(false, false, Optional.empty(), true, 0);
  }

  /** On or off, with a runtime value that replaces it. Source: RuntimeFeatureFlag. */
  public record Switch(boolean on, String runtimeKey) {}

  /**
   * What a route says. Source: ExtAuthzPerRoute.
   *
   * @param check empty: nobody is asked
   */
  public record PerRoute(Optional<Check> check) implements Extension {
    /** The type of these settings. */
    public static final String TYPE = "envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute";

    @Override
    public String type() {
      return TYPE;
    }

    @Override
    public Set<Resource.Key> references() {
      return check.flatMap(Check::service).map(service -> Set.of(service.key())).orElse(Set.of());
    }
  }

  /**
   * Source: CheckSettings.
   *
   * @param extensions told to the service; those of farther levels are told too
   * @param withoutBody the body is not told
   * @param body in place of the filter's
   * @param service in place of the filter's
   */
  public record Check(
      Map<String, String> extensions,
      boolean withoutBody,
      Optional<BodyLimit> body,
      Optional<Service> service) {
    public Check {
      extensions = Map.copyOf(extensions);
    }
  }
}
