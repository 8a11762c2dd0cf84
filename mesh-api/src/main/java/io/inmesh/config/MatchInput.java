package io.inmesh.config;

import java.util.List;

/** What a {@link MatchTree} asks of a request. */
public sealed interface MatchInput {
  /**
   * A request header, its values joined by commas. Source:
   * envoy.type.matcher.v3.HttpRequestHeaderMatchInput.
   *
   * @param name lower case
   */
  record Header(String name) implements MatchInput {}

  /** Source: envoy.extensions.matching.common_inputs.network.v3.FilterStateInput. */
  record FilterState(String key) implements MatchInput {}

  /** Source: envoy.extensions.matching.common_inputs.network.v3.DynamicMetadataInput. */
  record DynamicMetadata(String namespace, List<String> path) implements MatchInput {
    public DynamicMetadata {
      path = List.copyOf(path);
    }
  }

  /** A fact of the connection. */
  record OfConnection(Fact fact) implements MatchInput {}

  /**
   * Source: envoy.extensions.matching.common_inputs.network.v3 and, of the caller's certificate,
   * envoy.extensions.matching.common_inputs.ssl.v3.
   */
  enum Fact {
    DESTINATION_IP,
    DESTINATION_PORT,
    /** What x-forwarded-for says, as far as it is trusted. */
    SOURCE_IP,
    SOURCE_PORT,
    DIRECT_SOURCE_IP,
    SERVER_NAME,
    /** Its URI names, joined by commas. */
    URI_SAN,
    /** Its DNS names, joined by commas. */
    DNS_SAN,
    /** Its subject. */
    SUBJECT
  }

  /**
   * A variable of the environment, read once. Source:
   * envoy.extensions.matching.common_inputs.environment_variable.v3.
   */
  record Environment(String name) implements MatchInput {}

  /** All that a condition may ask for. Source: xds.type.matcher.v3.HttpAttributesCelMatchInput. */
  record Attributes() implements MatchInput {}
}
