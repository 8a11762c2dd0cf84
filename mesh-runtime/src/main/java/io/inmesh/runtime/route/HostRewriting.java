package io.inmesh.runtime.route;

import io.inmesh.call.Headers;
import io.inmesh.config.Rewrite;
import io.inmesh.runtime.format.FormatText;
import io.inmesh.runtime.format.ProcessFacts;
import io.inmesh.runtime.format.RequestEdit;
import io.inmesh.runtime.match.JoinedHeaders;
import io.inmesh.runtime.match.RequestFields;
import org.jspecify.annotations.Nullable;

/** What becomes of the authority. */
final class HostRewriting {
  private final Rewrite.Host config;
  private final boolean append;
  private final @Nullable RegexReplacement regex;
  private final @Nullable FormatText format;

  HostRewriting(Rewrite config, ProcessFacts process) {
    this.config = config.host();
    this.append = config.appendForwardedHost();
    this.regex =
        this.config instanceof Rewrite.PathRegexHost path
            ? new RegexReplacement(path.rewrite())
            : null;
    this.format =
        this.config instanceof Rewrite.FormatHost made
            ? new FormatText(made.format(), process, "-")
            : null;
  }

  /** Whether the endpoint's hostname becomes the authority. */
  boolean auto() {
    return config instanceof Rewrite.AutoHost;
  }

  void apply(RequestEdit call, boolean keepOld) {
    String host = host(call);
    if (host != null) {
      set(call, host, keepOld);
    }
  }

  private @Nullable String host(RequestEdit call) {
    if (config instanceof Rewrite.LiteralHost literal) {
      return literal.host();
    }
    if (config instanceof Rewrite.HeaderHost header) {
      String value = RequestFields.first(call, header.header());
      return value == null || value.isEmpty() ? null : value;
    }
    if (regex != null) {
      String path = call.path();
      return regex.apply(path.substring(0, RequestFields.pathEnd(path)));
    }
    if (format != null) {
      String made = format.apply(call);
      return made.isEmpty() ? null : made;
    }
    return null;
  }

  void set(RequestEdit call, String host, boolean keepOld) {
    String old = call.authority();
    if (append && !old.isEmpty() && !old.equals(lastForwarded(call.headers()))) {
      JoinedHeaders.add(call.editHeaders(), "x-forwarded-host", old);
    }
    if (keepOld) {
      call.editHeaders().set("x-envoy-original-host", old);
    }
    call.authority(host);
  }

  private static @Nullable String lastForwarded(Headers headers) {
    String all = headers.get("x-forwarded-host");
    return all == null ? null : all.substring(all.lastIndexOf(',') + 1);
  }
}
