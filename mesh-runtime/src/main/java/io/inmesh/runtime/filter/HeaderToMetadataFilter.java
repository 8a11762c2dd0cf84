package io.inmesh.runtime.filter;

import com.google.re2j.Pattern;
import io.inmesh.call.Call;
import io.inmesh.call.Headers;
import io.inmesh.call.HttpFilter;
import io.inmesh.config.Filters.HeaderToMetadata;
import io.inmesh.config.Filters.Rule;
import io.inmesh.config.Filters.Value;
import io.inmesh.config.RegexRewrite;
import io.inmesh.runtime.filter.wire.WireValue;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes headers and cookies into dynamic metadata. As in Envoy, the route is not chosen again by
 * that. Source: envoy.extensions.filters.http.header_to_metadata.v3.
 */
final class HeaderToMetadataFilter implements HttpFilter {
  private static final String NAMESPACE = "envoy.filters.http.header_to_metadata";
  private static final int LONGEST = 8 * 1024;

  private final Compiled[] requestRules;
  private final Compiled[] responseRules;

  HeaderToMetadataFilter(HeaderToMetadata settings) {
    this.requestRules = compile(settings.requestRules());
    this.responseRules = compile(settings.responseRules());
  }

  private static Compiled[] compile(List<Rule> rules) {
    return rules.stream().map(Compiled::new).toArray(Compiled[]::new);
  }

  private static final class Compiled {
    final Rule rule;
    final @Nullable Writer present;
    final @Nullable Writer missing;

    Compiled(Rule rule) {
      this.rule = rule;
      this.present = rule.present().map(Writer::new).orElse(null);
      this.missing = rule.missing().map(Writer::new).orElse(null);
    }
  }

  /** Writes one value. */
  private static final class Writer {
    private final Value to;
    private final @Nullable Pattern pattern;
    private final String replacement;

    Writer(Value to) {
      Optional<RegexRewrite> rewrite = to.rewrite();
      this.to = to;
      this.pattern = rewrite.map(known -> Pattern.compile(known.pattern().pattern())).orElse(null);
      this.replacement = rewrite.map(known -> replacement(known.substitution())).orElse("");
    }

    /** Groups are written {@code \\1} in config, {@code $1} here. */
    private static String replacement(String substitution) {
      var text = new StringBuilder();
      for (int i = 0; i < substitution.length(); i++) {
        char c = substitution.charAt(i);
        boolean escape = c == '\\' && i + 1 < substitution.length();
        char next = escape ? substitution.charAt(++i) : c;
        if (escape && next >= '0' && next <= '9') {
          text.append('$').append(next);
        } else {
          text.append('\\').append(next);
        }
      }
      return text.toString();
    }

    void write(Call call, String header) {
      String text = to.value().isEmpty() ? header : to.value();
      if (pattern != null) {
        text = pattern.matcher(header).replaceAll(replacement);
      }
      Object value = text.isEmpty() || text.length() >= LONGEST ? null : typed(text);
      if (value != null) {
        call.putMetadata(to.namespace().isEmpty() ? NAMESPACE : to.namespace(), to.key(), value);
      }
    }

    private @Nullable Object typed(String text) {
      byte[] bytes = to.base64() ? decoded(text) : text.getBytes(StandardCharsets.UTF_8);
      if (bytes == null || bytes.length == 0) {
        return null;
      }
      return switch (to.type()) {
        case STRING -> new String(bytes, StandardCharsets.UTF_8);
        case NUMBER -> number(new String(bytes, StandardCharsets.UTF_8).strip());
        case PROTOBUF_VALUE -> WireValue.read(bytes);
      };
    }

    private static byte @Nullable [] decoded(String text) {
      try {
        return Base64.getDecoder().decode(text);
      } catch (IllegalArgumentException malformed) {
        return null;
      }
    }

    private static @Nullable Double number(String text) {
      try {
        return Double.valueOf(text);
      } catch (NumberFormatException malformed) {
        return null;
      }
    }
  }

  @Override
  public boolean isPure() {
    return true;
  }

  @Override
  public Verdict onRequest(Call call) {
    for (Compiled compiled : requestRules) {
      Rule rule = compiled.rule;
      String value =
          rule.cookie().isEmpty()
              ? joined(call.headers(), rule.header())
              : cookie(call.headers(), rule.cookie());
      apply(call, compiled, value);
      if (value != null && rule.remove() && rule.cookie().isEmpty()) {
        call.editHeaders().remove(rule.header());
      }
    }
    return Verdict.CONTINUE;
  }

  @Override
  public void onResponse(Call call, int status, Headers headers) {
    for (Compiled compiled : responseRules) {
      String name = compiled.rule.header();
      String value = joined(headers, name);
      apply(call, compiled, value);
      if (value != null && compiled.rule.remove()) {
        headers.remove(name);
      }
    }
  }

  private static void apply(Call call, Compiled compiled, @Nullable String value) {
    Writer writer = value == null ? compiled.missing : compiled.present;
    if (writer != null) {
      writer.write(call, value == null ? "" : value);
    }
  }

  private static @Nullable String joined(Headers headers, String name) {
    String first = headers.get(name);
    if (first == null) {
      return null;
    }
    List<String> all = headers.all(name);
    return all.size() == 1 ? first : String.join(",", all);
  }

  /** The first cookie of that name, without quotes; null if it is absent or empty. */
  private static @Nullable String cookie(Headers headers, String name) {
    for (String line : headers.all("cookie")) {
      for (String pair : line.split(";")) {
        int equals = pair.indexOf('=');
        if (equals > 0 && pair.substring(0, equals).strip().equals(name)) {
          String value = pair.substring(equals + 1).strip();
          boolean quoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
          value = quoted ? value.substring(1, value.length() - 1) : value;
          return value.isEmpty() ? null : value;
        }
      }
    }
    return null;
  }
}
