package io.inmesh.runtime.filter;

import io.inmesh.call.Headers;
import io.inmesh.call.HttpFilter;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.Extension;
import io.inmesh.config.StatefulSession;
import io.inmesh.config.StatefulSession.InCookie;
import io.inmesh.config.StatefulSession.InHeader;
import io.inmesh.runtime.match.Cookies;
import io.inmesh.runtime.match.RequestFields;
import io.inmesh.runtime.stage.FilteredCall;
import io.inmesh.runtime.stage.Stage;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Binds calls to the host that their session names, and names the host to those that have none.
 * Source: envoy.extensions.filters.http.stateful_session.v3.
 */
final class StatefulSessionFilter extends Stage {
  /** Remembered of a call that takes part without naming a host. */
  private static final String NONE = "";

  private final StatefulSession settings;
  private final @Nullable InCookie cookie;
  private final String header;

  private StatefulSessionFilter(StatefulSession settings, StatefulSession.State state) {
    this.settings = settings;
    this.cookie = state instanceof InCookie in ? in : null;
    this.header = state instanceof InHeader in ? in.name() : "";
  }

  /** A filter; without a kind of session, one that does nothing. */
  static HttpFilter of(StatefulSession own, List<Extension> ofRoutes) {
    StatefulSession settings = own;
    if (!ofRoutes.isEmpty() && ofRoutes.get(0) instanceof StatefulSession.PerRoute route) {
      if (route.session().isEmpty()) {
        return Idle.FILTER;
      }
      settings = route.session().get();
    }
    StatefulSession chosen = settings;
    return chosen
        .state()
        .<HttpFilter>map(state -> new StatefulSessionFilter(chosen, state))
        .orElse(Idle.FILTER);
  }

  @Override
  public boolean isPure() {
    return true;
  }

  @Override
  protected Verdict request(FilteredCall call) {
    if (cookie != null && !isBelow(call.path(), cookie.path())) {
      return Verdict.CONTINUE;
    }
    String host = host(call);
    if (!host.isEmpty()) {
      call.bind(host, settings.strict(), settings.missingStatus());
    }
    call.remember(this, host);
    return Verdict.CONTINUE;
  }

  private static boolean isBelow(String path, String root) {
    int end = RequestFields.pathEnd(path);
    return root.isEmpty()
        || (path.startsWith(root)
            && (end == root.length()
                || root.endsWith("/")
                || (end > root.length() && path.charAt(root.length()) == '/')));
  }

  /** The address that the request names; empty if it names none that can be read. */
  private String host(FilteredCall call) {
    String text =
        cookie == null ? call.headers().get(header) : Cookies.value(call.headers(), cookie.name());
    byte[] bytes = text == null || text.length() % 4 != 0 ? null : decoded(text);
    if (bytes == null) {
      return NONE;
    }
    return cookie == null ? new String(bytes, StandardCharsets.UTF_8) : address(bytes);
  }

  private static byte @Nullable [] decoded(String text) {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException malformed) {
      return null;
    }
  }

  /** The message in a cookie: field 1 is the address. */
  private static String address(byte[] message) {
    boolean whole =
        message.length > 2
            && message[0] == 10
            && message[1] > 0
            && message.length >= message[1] + 2;
    return whole ? new String(message, 2, message[1], StandardCharsets.UTF_8) : NONE;
  }

  private static byte[] message(String address) {
    byte[] text = address.getBytes(StandardCharsets.UTF_8);
    byte[] message = new byte[text.length + 2];
    message[0] = 10;
    message[1] = (byte) text.length;
    System.arraycopy(text, 0, message, 2, text.length);
    return message;
  }

  @Override
  protected void response(FilteredCall call, int status, Headers headers) {
    Endpoint endpoint = call.recall(this) == null ? null : call.endpoint();
    if (endpoint == null) {
      return;
    }
    String host = endpoint.address().toString();
    if (!host.equals(call.recall(this))) {
      if (cookie == null) {
        byte[] text = host.getBytes(StandardCharsets.UTF_8);
        headers.set(header, Base64.getEncoder().encodeToString(text));
      } else {
        headers.add("set-cookie", setCookie(cookie, host));
      }
    }
  }

  private static String setCookie(InCookie cookie, String host) {
    var text = new StringBuilder(cookie.name());
    text.append("=\"").append(Base64.getEncoder().encodeToString(message(host))).append('"');
    cookie
        .ttl()
        .filter(ttl -> !ttl.isZero())
        .ifPresent(ttl -> text.append("; Max-Age=").append(ttl.toSeconds()));
    if (!cookie.path().isEmpty()) {
      text.append("; Path=").append(cookie.path());
    }
    for (int i = 0; i < cookie.attributes().size(); i += 2) {
      text.append("; ").append(cookie.attributes().get(i));
      String value = cookie.attributes().get(i + 1);
      if (!value.isEmpty()) {
        text.append('=').append(value);
      }
    }
    return text.append("; HttpOnly").toString();
  }
}
