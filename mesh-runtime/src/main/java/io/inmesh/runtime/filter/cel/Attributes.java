package io.inmesh.runtime.filter.cel;

import io.inmesh.config.Route;
import io.inmesh.runtime.format.ProcessFacts;
import io.inmesh.runtime.match.Numbers;
import io.inmesh.runtime.stage.FilteredCall;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The attributes of a call that conditions may ask for, as Envoy names them. */
final class Attributes {
  private final ProcessFacts process;

  Attributes(ProcessFacts process) {
    this.process = process;
  }

  /**
   * An attribute; null if there is none of that name.
   *
   * @param root the variable
   * @param field its field
   */
  @Nullable Term field(String root, String field) {
    switch (root) {
      case "request":
        return request(field);
      case "connection":
        return connection(field);
      case "source":
        return field.equals("address")
            ? call -> address(call.callerAddress(), call.callerPort())
            : field.equals("port") ? call -> (long) call.callerPort() : null;
      case "destination":
        return field.equals("address")
            ? call -> address(call.localAddress(), call.localPort())
            : field.equals("port") ? call -> (long) call.localPort() : null;
      case "xds":
        return xds(field);
      default:
        return null;
    }
  }

  private static String address(String ip, int port) {
    return ip.indexOf(':') < 0 ? ip + ":" + port : "[" + ip + "]:" + port;
  }

  private @Nullable Term request(String field) {
    switch (field) {
      case "path":
        return FilteredCall::path;
      case "url_path":
        return call -> before(call.path());
      case "query":
        return call -> after(call.path());
      case "host":
        return FilteredCall::authority;
      case "scheme":
        return FilteredCall::scheme;
      case "method":
        return FilteredCall::method;
      case "protocol":
        return FilteredCall::protocol;
      case "headers":
        return HeaderFields::new;
      case "referer":
        return header("referer");
      case "useragent":
        return header("user-agent");
      case "id":
        return header("x-request-id");
      case "size":
        return Attributes::size;
      case "time":
        return this::time;
      default:
        return null;
    }
  }

  private static String before(String path) {
    int query = path.indexOf('?');
    return query < 0 ? path : path.substring(0, query);
  }

  private static String after(String path) {
    int query = path.indexOf('?');
    int fragment = path.indexOf('#', query + 1);
    return query < 0 ? "" : path.substring(query + 1, fragment < 0 ? path.length() : fragment);
  }

  static Term header(String lower) {
    return call -> orFailed(HeaderFields.of(call, lower));
  }

  private static Object orFailed(@Nullable Object value) {
    return value == null ? Term.FAILED : value;
  }

  private static Object size(FilteredCall call) {
    String length = call.headers().get("content-length");
    Long declared = length == null ? null : Numbers.unsigned(length);
    return declared == null ? call.bytesSent() : declared;
  }

  private Object time(FilteredCall call) {
    Instant now = process.clock().get();
    return now.minusNanos(call.nowNanos() - call.startNanos());
  }

  private static @Nullable Term connection(String field) {
    switch (field) {
      case "mtls":
        return FilteredCall::certificatePresented;
      case "requested_server_name":
        return FilteredCall::serverName;
      case "uri_san_peer_certificate":
        return call -> orFailed(CallerNames.first(call.callerNames(), CallerNames.URI));
      case "dns_san_peer_certificate":
        return call -> orFailed(CallerNames.first(call.callerNames(), CallerNames.DNS));
      case "subject_peer_certificate":
        return call -> orFailed(CallerNames.first(call.callerNames(), CallerNames.SUBJECT));
      default:
        return null;
    }
  }

  private static @Nullable Term xds(String field) {
    switch (field) {
      case "route_name":
        return call -> call.route().map(Route::name).orElse("");
      case "cluster_name":
        return FilteredCall::routedCluster;
      default:
        return null;
    }
  }

  /** Dynamic metadata of a namespace; fails where there is none. */
  static Object metadata(FilteredCall call, String namespace) {
    var all = call.metadataIn(namespace);
    return all.isEmpty() ? Term.FAILED : all;
  }
}
