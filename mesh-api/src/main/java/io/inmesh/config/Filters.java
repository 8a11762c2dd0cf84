package io.inmesh.config;

import java.util.List;
import java.util.Optional;

/** Settings of the filters that Inmesh knows itself. */
public final class Filters {
  private Filters() {}

  /** The last filter. Source: envoy.extensions.filters.http.router.v3.Router. */
  public record Router(
      boolean suppressEnvoyHeaders, boolean respectExpectedTimeout, boolean dynamicStats)
      implements Extension {
    /** Envoy's defaults. */
    public static final Router DEFAULT = new Router(false, false, true);

    @Override
    public String type() {
      return "envoy.extensions.filters.http.router.v3.Router";
    }
  }

  /** Source: envoy.extensions.filters.http.header_to_metadata.v3.Config. */
  public record HeaderToMetadata(List<Rule> requestRules, List<Rule> responseRules)
      implements Extension {
    public HeaderToMetadata {
      requestRules = List.copyOf(requestRules);
      responseRules = List.copyOf(responseRules);
    }

    @Override
    public String type() {
      return "envoy.extensions.filters.http.header_to_metadata.v3.Config";
    }
  }

  /** One rule: a header, or a cookie, becomes metadata. Exactly one of the names is not empty. */
  public record Rule(
      String header,
      String cookie,
      Optional<Value> present,
      Optional<Value> missing,
      boolean remove) {}

  /** What is written. An empty {@code value} stands for the header's own. */
  public record Value(
      String namespace,
      String key,
      String value,
      Optional<RegexRewrite> rewrite,
      ValueType type,
      boolean base64) {}

  /** As what a value is written. */
  public enum ValueType {
    STRING,
    NUMBER,
    PROTOBUF_VALUE
  }
}
