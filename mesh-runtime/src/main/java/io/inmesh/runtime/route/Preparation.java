package io.inmesh.runtime.route;

import io.inmesh.call.Headers;
import io.inmesh.config.ClientCertHeader;
import io.inmesh.config.HttpConnection.EscapedSlashes;
import io.inmesh.config.HttpConnection.Forwarding;
import io.inmesh.config.HttpConnection.HostHandling;
import io.inmesh.config.HttpConnection.PathHandling;
import io.inmesh.config.IpRange;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.runtime.format.RequestEdit;
import io.inmesh.runtime.match.JoinedHeaders;
import io.inmesh.runtime.match.RequestFields;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is done to a request before routes are matched: path and authority are put in order, headers
 * that nobody outside may set are removed, the caller is found out. Source: Envoy's
 * HttpConnectionManager, "HTTP header sanitizing" and "path normalization".
 */
public final class Preparation {
  private static final LocalReply BAD_PATH =
      new LocalReply(400, Headers.EMPTY, "", "path_normalization_failed");
  private static final String FORWARDED_FOR = "x-forwarded-for";
  private static final String FORWARDED_PROTO = "x-forwarded-proto";
  private static final String CLIENT_CERT = "x-forwarded-client-cert";
  private static final String REQUEST_ID = "x-request-id";

  /** What only internal requests may bring. */
  private static final List<String> INTERNAL_ONLY =
      List.of(
          "x-envoy-retriable-status-codes",
          "x-envoy-retriable-header-names",
          "x-envoy-retry-on",
          "x-envoy-retry-grpc-on",
          "x-envoy-max-retries",
          "x-envoy-upstream-alt-stat-name",
          "x-envoy-upstream-rq-timeout-ms",
          "x-envoy-upstream-rq-per-try-timeout-ms",
          "x-envoy-upstream-rq-timeout-alt-response",
          "x-envoy-expected-rq-timeout-ms",
          "x-envoy-force-trace",
          "x-envoy-ip-tags",
          "x-envoy-original-url",
          "x-envoy-hedge-on-per-try-timeout");

  private static final List<String> NOT_FROM_THE_EDGE =
      List.of("x-envoy-downstream-service-cluster", "x-envoy-downstream-service-node");

  private static final List<String> HOP_BY_HOP =
      List.of("x-envoy-internal", "keep-alive", "proxy-connection", "transfer-encoding");

  private final PathHandling path;
  private final HostHandling host;
  private final Forwarding forwarding;
  private final IpRange[] internal;
  private final List<String> internalOnly;
  private final String localAddress;
  private final int port;

  /**
   * Compiles the settings.
   *
   * @param port the listener's, for {@code strip_matching_host_port}; 0 if it has none
   */
  public Preparation(RouteSettings settings, RouteConfiguration.Options options, int port) {
    this.path = settings.connection().path();
    this.host = settings.connection().host();
    this.forwarding = settings.connection().forwarding();
    this.internal =
        forwarding.internalAddresses().stream().map(IpRange::new).toArray(IpRange[]::new);
    this.internalOnly = options.internalOnlyHeaders();
    this.localAddress = settings.process().localAddress();
    this.port = port;
  }

  /** Changes the request, or answers it: then no filter runs on the request. */
  public @Nullable LocalReply prepare(RequestEdit call) {
    LocalReply reply = path(call);
    if (reply == null) {
      host(call);
      headers(call);
    }
    return reply;
  }

  private @Nullable LocalReply path(RequestEdit call) {
    String given = call.path();
    if (given.indexOf('#') >= 0) {
      return BAD_PATH;
    }
    if (path.equals(PathHandling.DEFAULT)) {
      return null;
    }
    int query = given.indexOf('?');
    String only = query < 0 ? given : given.substring(0, query);
    boolean redirect = false;
    String now = only;
    if (path.escapedSlashes() != EscapedSlashes.KEEP_UNCHANGED) {
      now = PathNormalization.unescapedSlashes(only);
      boolean found = now.length() != only.length();
      if (found && path.escapedSlashes() == EscapedSlashes.REJECT_REQUEST) {
        return BAD_PATH;
      }
      redirect = found && path.escapedSlashes() == EscapedSlashes.UNESCAPE_AND_REDIRECT;
    }
    if (path.normalize()) {
      now = PathNormalization.canonical(now);
    }
    if (now == null) {
      return BAD_PATH;
    }
    if (redirect && RequestFields.isGrpc(call)) {
      return BAD_PATH;
    }
    now = path.mergeSlashes() ? PathNormalization.merged(now) : now;
    if (!now.equals(only)) {
      call.path(query < 0 ? now : now + given.substring(query));
    }
    return redirect
        ? new LocalReply(307, Headers.of("location", call.path()), "", "path_normalization_failed")
        : null;
  }

  private void host(RequestEdit call) {
    String given = call.authority();
    String now = host.stripTrailingDot() ? Authorities.withoutTrailingDot(given) : given;
    if (host.stripAnyPort()) {
      now = Authorities.withoutPort(now, 0);
    } else if (host.stripMatchingPort() && port > 0) {
      now = Authorities.withoutPort(now, port);
    }
    if (!now.equals(given)) {
      call.authority(now);
    }
  }

  private void headers(RequestEdit call) {
    remove(call, HOP_BY_HOP);
    clientCert(call);
    String caller = call.peerAddress();
    boolean trusted;
    if (forwarding.useRemoteAddress()) {
      trusted = !call.headers().contains(FORWARDED_FOR);
      caller = atTheEdge(call, caller);
    } else {
      String last = last(call.headers().get(FORWARDED_FOR), forwarding.trustedHops());
      trusted = last != null && alone(call.headers().get(FORWARDED_FOR));
      caller = last == null ? caller : last;
    }
    if (!call.headers().contains(FORWARDED_PROTO)) {
      call.editHeaders().addLower(FORWARDED_PROTO, call.tls() ? "https" : "http");
    }
    scheme(call);
    boolean inside = trusted && isInternal(caller);
    call.caller(caller, inside);
    boolean edge = !inside && forwarding.useRemoteAddress();
    if (inside) {
      call.editHeaders().set("x-envoy-internal", "true");
    } else {
      sanitize(call, edge);
    }
    if (edge) {
      call.editHeaders().set("x-envoy-external-address", caller);
    }
    requestId(call, edge);
    if (!forwarding.via().isEmpty()) {
      Via.append(call.editHeaders(), forwarding.via());
    }
  }

  /** Whoever has shown no certificate may not claim another one. */
  private void clientCert(RequestEdit call) {
    if (call.headers().contains(CLIENT_CERT)
        && !call.certificatePresented()
        && forwarding.clientCert().handling() != ClientCertHeader.Handling.ALWAYS_FORWARD_ONLY) {
      call.editHeaders().remove(CLIENT_CERT);
    }
  }

  /** The peer is the caller unless trusted proxies stand between; it is noted for the next hop. */
  private String atTheEdge(RequestEdit call, String peer) {
    String caller = null;
    if (forwarding.trustedHops() > 0) {
      caller = last(call.headers().get(FORWARDED_FOR), forwarding.trustedHops() - 1);
    }
    if (!forwarding.skipXffAppend()) {
      boolean loopback = peer.startsWith("127.") || peer.equals("::1");
      JoinedHeaders.add(call.editHeaders(), FORWARDED_FOR, loopback ? localAddress : peer);
    }
    if (forwarding.trustedHops() == 0 || !call.headers().contains(FORWARDED_PROTO)) {
      call.editHeaders().set(FORWARDED_PROTO, call.tls() ? "https" : "http");
    }
    return caller == null ? peer : caller;
  }

  private static void scheme(RequestEdit call) {
    String protocol = call.headers().get(FORWARDED_PROTO);
    if ("https".equalsIgnoreCase(protocol) && !call.scheme().equals("https")) {
      call.scheme("https");
    } else if ("http".equalsIgnoreCase(protocol) && !call.scheme().equals("http")) {
      call.scheme("http");
    }
  }

  private void sanitize(RequestEdit call, boolean edge) {
    if (edge) {
      remove(call, NOT_FROM_THE_EDGE);
    }
    remove(call, INTERNAL_ONLY);
    remove(call, internalOnly);
  }

  private static void remove(RequestEdit call, List<String> names) {
    for (int i = 0; i < names.size(); i++) {
      if (call.headers().contains(names.get(i))) {
        call.editHeaders().remove(names.get(i));
      }
    }
  }

  private void requestId(RequestEdit call, boolean edge) {
    boolean renew = edge && !forwarding.preserveExternalRequestId();
    if (forwarding.generateRequestId() && (renew || !call.headers().contains(REQUEST_ID))) {
      long random = call.streamRandom();
      long most = (random & 0xffff_ffff_ffff_0fffL) | 0x4000;
      long least = (Long.rotateLeft(random, 29) * 0x9E3779B97F4A7C15L) >>> 2 | 1L << 63;
      call.editHeaders().set(REQUEST_ID, new UUID(most, least).toString());
    }
  }

  private boolean isInternal(String address) {
    byte[] bytes = internal.length == 0 ? null : IpRange.bytes(address);
    if (bytes != null) {
      for (IpRange range : internal) {
        if (range.contains(bytes)) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean alone(@Nullable String forwardedFor) {
    return forwarding.trustedHops() == 0 && forwardedFor != null && forwardedFor.indexOf(',') < 0;
  }

  /** The last address after so many at the end are left out, or null. */
  private static @Nullable String last(@Nullable String forwardedFor, int skip) {
    if (forwardedFor == null) {
      return null;
    }
    int end = forwardedFor.length();
    for (int i = 0; i < skip; i++) {
      end = forwardedFor.lastIndexOf(',', end - 1);
      if (end < 0) {
        return null;
      }
    }
    int comma = end == 0 ? -1 : forwardedFor.lastIndexOf(',', end - 1);
    int from = comma + 1 < end ? comma + 1 : 0;
    String address = forwardedFor.substring(from, end).strip();
    return IpRange.bytes(address) == null ? null : address;
  }
}
