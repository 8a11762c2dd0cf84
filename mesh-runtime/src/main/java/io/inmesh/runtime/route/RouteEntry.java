package io.inmesh.runtime.route;

import io.inmesh.call.Headers;
import io.inmesh.config.Action;
import io.inmesh.config.Action.DirectResponse;
import io.inmesh.config.Action.Forward;
import io.inmesh.config.Action.Redirect;
import io.inmesh.config.ClusterSpecifier;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.Extension;
import io.inmesh.config.FilterOverride;
import io.inmesh.config.RetryPolicy;
import io.inmesh.config.Rewrite;
import io.inmesh.config.Route;
import io.inmesh.config.VirtualHost;
import io.inmesh.runtime.format.CallFacts;
import io.inmesh.runtime.format.FormatText;
import io.inmesh.runtime.format.HeaderEdits;
import io.inmesh.runtime.format.ProcessFacts;
import io.inmesh.runtime.format.RequestEdit;
import io.inmesh.runtime.match.MatchTest;
import io.inmesh.runtime.match.RequestFields;
import io.inmesh.runtime.match.RouteInput;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A compiled route; of a split there is one for each share. Immutable. */
public final class RouteEntry<P> {
  private static final String ATTEMPTS = "x-envoy-attempt-count";

  private static final Redirect AS_IT_IS =
      new Redirect(Optional.empty(), false, Optional.empty(), 0, new Rewrite.KeepPath(), 0, false);

  private final Levels levels;
  private final Optional<Route> view;
  private final @Nullable Forward forward;
  private final HeaderEdits[] requestEdits;
  private final HeaderEdits[] responseEdits;
  private final boolean keepOld;
  private final RequestTimes times;
  private final @Nullable PathRewriting path;
  private final HostRewriting host;
  private final HashPolicies hash;
  private final List<MirrorEntry> mirrors;
  private final RetryRules retry;
  private final Map<String, Object> metadataMatch;
  private final @Nullable Redirection redirection;
  private final @Nullable FormatText body;
  private final P parts;

  RouteEntry(Levels levels, MatchTest match, Parts<P> parts) {
    this.levels = levels;
    RouteSettings settings = levels.settings;
    ProcessFacts process = settings.process();
    Action action = levels.route.action();
    this.view = Optional.of(levels.route);
    this.forward = action instanceof Forward to ? to : null;
    this.requestEdits = levels.requestEdits();
    this.responseEdits = levels.responseEdits();
    this.keepOld = !settings.router().suppressEnvoyHeaders();
    RetryPolicy policy = levels.retryPolicy(forward);
    Rewrite rewrite = forward == null ? Rewrite.NONE : forward.rewrite();
    this.times =
        new RequestTimes(levels.timeouts(forward), policy, levels.hedged(forward), settings);
    this.path = PathRewriting.of(rewrite.path(), match, process);
    this.host = new HostRewriting(rewrite, process);
    this.hash = forward == null ? HashPolicies.NONE : new HashPolicies(forward.hashPolicies());
    this.mirrors = levels.mirrors(forward);
    this.retry = new RetryRules(policy);
    this.metadataMatch = levels.metadataMatch(forward);
    this.redirection =
        action instanceof Redirect to
            ? new Redirection(to, levels.route == HostRules.TO_TLS, match, process)
            : action instanceof DirectResponse direct && tellsLocation(direct.status())
                ? new Redirection(AS_IT_IS, false, match, process)
                : null;
    this.body =
        action instanceof DirectResponse direct
            ? direct.bodyFormat().map(f -> new FormatText(f.format(), process, "-")).orElse(null)
            : null;
    this.parts = parts.make(this);
  }

  /** The route. */
  public Route route() {
    return levels.route;
  }

  /** The same, allocated once. */
  public Optional<Route> view() {
    return view;
  }

  /** Its virtual host. */
  public VirtualHost virtualHost() {
    return levels.host;
  }

  /** Where it comes from in the control plane's files, or ""; see {@code Metadata.source}. */
  public String source() {
    String own = levels.route.metadata().source();
    return own.isEmpty() ? levels.host.metadata().source() : own;
  }

  /** The action if it forwards, or null. */
  public @Nullable Forward forward() {
    return forward;
  }

  /** What {@link Parts} made. */
  public P parts() {
    return parts;
  }

  /**
   * What share, route, virtual host or route configuration (in this order) say of a filter, or
   * null.
   */
  public @Nullable FilterOverride override(String filterName) {
    return levels.override(filterName);
  }

  /** The settings that they have for a filter, the nearest first. */
  public List<Extension> overrides(String filterName) {
    return levels.overrides(filterName);
  }

  /** Names the place that {@link #override} came from, unique among all; for the state's owner. */
  public String overrideOwner(String filterName) {
    return levels.overrideOwner(filterName);
  }

  /**
   * The cluster's name; "" if the request's header does not name one, or the route forwards
   * nothing. To be asked once, before {@link #finalizeRequest}.
   */
  public String cluster(RouteInput call) {
    if (levels.share != null) {
      return named(call, levels.share.cluster(), levels.share.clusterHeader());
    }
    if (forward == null) {
      return "";
    }
    if (forward.clusters() instanceof ClusterSpecifier.Named one) {
      return one.cluster();
    }
    return forward.clusters() instanceof ClusterSpecifier.ByHeader by
        ? orEmpty(RequestFields.first(call, by.header()))
        : "";
  }

  private static String named(RouteInput call, Optional<String> cluster, Optional<String> header) {
    if (cluster.isPresent()) {
      return cluster.get();
    }
    return header.isPresent() ? orEmpty(RequestFields.first(call, header.get())) : "";
  }

  private static String orEmpty(@Nullable String value) {
    return value == null ? "" : value;
  }

  /** The virtual cluster's name; "" if none fits. */
  public String virtualCluster(RouteInput call) {
    return levels.virtualClusters.name(call);
  }

  /**
   * Makes the request ready to be sent: timeouts, headers of the mesh, header mutations, rewrites.
   * To be called once, after all filters.
   */
  public void finalizeRequest(RequestEdit call, CallLimits limits) {
    times.apply(call, limits);
    if (levels.host.policy().includeRequestAttemptCount()) {
      call.editHeaders().set(ATTEMPTS, "1");
    }
    for (int i = 0; i < requestEdits.length; i++) {
      requestEdits[i].request(call);
      if (i == 0 && levels.share != null && levels.share.hostRewrite().isPresent()) {
        call.authority(levels.share.hostRewrite().get());
      }
    }
    host.apply(call, keepOld);
    String rewritten = path == null ? null : path.apply(call);
    if (rewritten != null) {
      if (keepOld) {
        call.editHeaders().set("x-envoy-original-path", call.path());
      }
      call.path(rewritten);
    }
  }

  /** The host's part of a rewrite: once for each attempt, when a host is known. */
  public void finalizeAttempt(RequestEdit call, Endpoint endpoint) {
    if (host.auto() && !endpoint.hostname().isEmpty()) {
      host.set(call, endpoint.hostname(), keepOld);
    }
  }

  /**
   * What changes in the request for a further attempt.
   *
   * @param attempt 2 for the first further attempt
   * @param remainingNanos of the response timeout; zero for no timeout
   * @param perTryNanos the timeout that ends each attempt; zero for none
   */
  public void finalizeRetry(
      RequestEdit call, int attempt, boolean afterTimeout, long remainingNanos, long perTryNanos) {
    if (levels.host.policy().includeRequestAttemptCount()) {
      call.editHeaders().set(ATTEMPTS, Integer.toString(attempt));
    }
    if (levels.host.policy().includeIsTimeoutRetryHeader()) {
      call.editHeaders().set("x-envoy-is-timeout-retry", Boolean.toString(afterTimeout));
    }
    times.again(call, remainingNanos, perTryNanos);
  }

  /** Runs the hash policies over the finalized request. */
  public void hash(RequestEdit call, HashSink sink) {
    hash.run(call, sink);
  }

  /** What a host's {@code envoy.lb} metadata must hold; the share's over the route's. */
  public Map<String, Object> metadataMatch() {
    return metadataMatch;
  }

  /** The copies to send: route's, else virtual host's, else route configuration's. */
  public List<MirrorEntry> mirrors() {
    return mirrors;
  }

  /**
   * When and how it is tried again; null for never. Request headers can add to it and are taken
   * out. To be called after {@link #finalizeRequest}.
   */
  public @Nullable RetryRules retry(RequestEdit call) {
    return retry.forCall(call);
  }

  /** How many bytes of a request body may be kept for further attempts; -1 for the default. */
  public long bufferLimit() {
    return levels.route.bufferLimit().orElse(levels.host.policy().bufferLimit().orElse(-1L));
  }

  /** The reply of a route that redirects or answers by itself; null if it forwards. */
  public @Nullable LocalReply directReply(RequestEdit call) {
    var headers = new Headers();
    if (redirection != null) {
      headers.addLower("location", redirection.location(call, keepOld));
    }
    if (levels.route.action() instanceof Redirect redirect) {
      return new LocalReply(redirect.status(), headers, "", "direct_response");
    }
    if (levels.route.action() instanceof DirectResponse direct) {
      return new LocalReply(direct.status(), headers, direct.body(), "direct_response");
    }
    return null;
  }

  /** As in Envoy, a direct response with such a status says where the request went. */
  private static boolean tellsLocation(int status) {
    return status == 201 || (status >= 300 && status < 400);
  }

  /** The reply's body as the route formats it, and its content type; for direct responses. */
  @Nullable String formattedBody(CallFacts call) {
    return body == null ? null : body.apply(call);
  }

  Optional<String> formattedType() {
    return levels.route.action() instanceof DirectResponse direct
        ? direct.bodyFormat().flatMap(Action.BodyFormat::contentType)
        : Optional.empty();
  }

  boolean attemptsInResponse() {
    return levels.host.policy().includeAttemptCountInResponse();
  }

  /** The route's header mutations on a response. */
  public void finalizeResponse(CallFacts call, Headers response) {
    for (HeaderEdits edits : responseEdits) {
      edits.response(call, response);
    }
  }

  HashPolicies hashPolicies() {
    return hash;
  }
}
