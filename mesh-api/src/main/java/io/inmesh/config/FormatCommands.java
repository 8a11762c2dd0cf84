package io.inmesh.config;

import io.inmesh.config.Format.Command;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The commands that a format string may use, and the arguments they take. Source: Envoy 1.40. */
public final class FormatCommands {
  private static final Map<String, Shape> KNOWN = new HashMap<>();

  private enum Shape {
    /** Neither argument nor length. */
    PLAIN,
    /** Any argument or none, no length. */
    OPTIONAL,
    /** An argument, no length. */
    ARGUMENT,
    /** An argument; a length is allowed. */
    ARGUMENT_AND_LENGTH,
    /** A header name with at most one alternative. */
    HEADER,
    PATH,
    QUERY,
    GRPC_STATUS,
    DURATION,
    METADATA,
    FILTER_STATE
  }

  static {
    know(
        Shape.PLAIN,
        """
        ACCESS_LOG_TYPE BYTES_RECEIVED BYTES_RETRANSMITTED BYTES_SENT CONNECTION_ID
        CONNECTION_TERMINATION_DETAILS CUSTOM_FLAGS DOWNSTREAM_CX_RTT
        DOWNSTREAM_DECOMPRESSED_HEADER_BYTES_RECEIVED DOWNSTREAM_DECOMPRESSED_HEADER_BYTES_SENT
        DOWNSTREAM_DETECTED_CLOSE_TYPE DOWNSTREAM_DIRECT_LOCAL_ADDRESS
        DOWNSTREAM_DIRECT_LOCAL_ADDRESS_ENDPOINT_ID DOWNSTREAM_DIRECT_LOCAL_PORT
        DOWNSTREAM_DIRECT_REMOTE_ADDRESS DOWNSTREAM_DIRECT_REMOTE_PORT
        DOWNSTREAM_HANDSHAKE_DURATION DOWNSTREAM_HEADER_BYTES_RECEIVED
        DOWNSTREAM_HEADER_BYTES_SENT DOWNSTREAM_LOCAL_ADDRESS DOWNSTREAM_LOCAL_ADDRESS_ENDPOINT_ID
        DOWNSTREAM_LOCAL_CLOSE_REASON DOWNSTREAM_LOCAL_DNS_SAN DOWNSTREAM_LOCAL_EMAIL_SAN
        DOWNSTREAM_LOCAL_IP_SAN DOWNSTREAM_LOCAL_OTHERNAME_SAN DOWNSTREAM_LOCAL_PORT
        DOWNSTREAM_LOCAL_SUBJECT DOWNSTREAM_LOCAL_URI_SAN DOWNSTREAM_PEER_CERT
        DOWNSTREAM_PEER_CHAIN_FINGERPRINTS_1 DOWNSTREAM_PEER_CHAIN_FINGERPRINTS_256
        DOWNSTREAM_PEER_CHAIN_SERIALS DOWNSTREAM_PEER_DNS_SAN DOWNSTREAM_PEER_EMAIL_SAN
        DOWNSTREAM_PEER_FINGERPRINT_1 DOWNSTREAM_PEER_FINGERPRINT_256 DOWNSTREAM_PEER_IP_SAN
        DOWNSTREAM_PEER_ISSUER DOWNSTREAM_PEER_ISSUER_FINGERPRINT_256
        DOWNSTREAM_PEER_ISSUER_SERIAL DOWNSTREAM_PEER_OTHERNAME_SAN DOWNSTREAM_PEER_SERIAL
        DOWNSTREAM_PEER_SUBJECT DOWNSTREAM_PEER_URI_SAN DOWNSTREAM_REMOTE_ADDRESS
        DOWNSTREAM_REMOTE_PORT DOWNSTREAM_TLS_CIPHER DOWNSTREAM_TLS_GROUP
        DOWNSTREAM_TLS_SESSION_ID DOWNSTREAM_TLS_VERSION DOWNSTREAM_TRANSPORT_FAILURE_REASON
        DOWNSTREAM_WIRE_BYTES_RECEIVED DOWNSTREAM_WIRE_BYTES_SENT DURATION FILTER_CHAIN_NAME
        GRPC_STATUS_NUMBER HOSTNAME LOCAL_REPLY_BODY PACKETS_RETRANSMITTED PROTOCOL
        REQUESTED_SERVER_NAME REQUEST_DURATION REQUEST_HEADERS_BYTES REQUEST_TX_DURATION
        RESPONSE_CODE RESPONSE_DURATION RESPONSE_FLAGS RESPONSE_FLAGS_LONG RESPONSE_HEADERS_BYTES
        RESPONSE_TRAILERS_BYTES RESPONSE_TX_DURATION ROUNDTRIP_DURATION ROUTE_NAME SPAN_ID
        STREAM_ID TRACE_ID UNIQUE_ID UPSTREAM_CLUSTER UPSTREAM_CLUSTER_RAW UPSTREAM_CONNECTION_ID
        UPSTREAM_CONNECTION_IDS_ATTEMPTED UPSTREAM_CONNECTION_POOL_READY_DURATION
        UPSTREAM_DECOMPRESSED_HEADER_BYTES_RECEIVED UPSTREAM_DECOMPRESSED_HEADER_BYTES_SENT
        UPSTREAM_DETECTED_CLOSE_TYPE UPSTREAM_HEADER_BYTES_RECEIVED UPSTREAM_HEADER_BYTES_SENT
        UPSTREAM_HOST UPSTREAM_HOSTS_ATTEMPTED UPSTREAM_HOSTS_ATTEMPTED_WITHOUT_PORT
        UPSTREAM_HOST_NAME UPSTREAM_HOST_NAMES_ATTEMPTED
        UPSTREAM_HOST_NAMES_ATTEMPTED_WITHOUT_PORT UPSTREAM_HOST_NAME_WITHOUT_PORT
        UPSTREAM_LOCAL_ADDRESS UPSTREAM_LOCAL_CLOSE_REASON UPSTREAM_LOCAL_DNS_SAN
        UPSTREAM_LOCAL_IP_SAN UPSTREAM_LOCAL_PORT UPSTREAM_LOCAL_URI_SAN UPSTREAM_PEER_CERT
        UPSTREAM_PEER_DNS_SAN UPSTREAM_PEER_IP_SAN UPSTREAM_PEER_ISSUER UPSTREAM_PEER_SUBJECT
        UPSTREAM_PEER_URI_SAN UPSTREAM_PROTOCOL UPSTREAM_REMOTE_ADDRESS
        UPSTREAM_REMOTE_ADDRESS_ENDPOINT_ID UPSTREAM_REMOTE_PORT UPSTREAM_REQUEST_ATTEMPT_COUNT
        UPSTREAM_SERVER_NAME UPSTREAM_TLS_CIPHER UPSTREAM_TLS_GROUP UPSTREAM_TLS_SESSION_ID
        UPSTREAM_TLS_VERSION UPSTREAM_TRANSPORT_FAILURE_REASON UPSTREAM_WIRE_BYTES_RECEIVED
        UPSTREAM_WIRE_BYTES_SENT VIRTUAL_CLUSTER_NAME
        """);
    know(
        Shape.OPTIONAL,
        """
        DOWNSTREAM_DIRECT_LOCAL_ADDRESS_WITHOUT_PORT DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT
        DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT DOWNSTREAM_PEER_CERT_V_END
        DOWNSTREAM_PEER_CERT_V_START DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT EMIT_TIME
        EMIT_TIME_LOCAL RESPONSE_CODE_DETAILS START_TIME START_TIME_LOCAL
        UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT UPSTREAM_PEER_CERT_V_END UPSTREAM_PEER_CERT_V_START
        UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT
        """);
    know(Shape.ARGUMENT, "CLUSTER_METADATA UPSTREAM_METADATA PER_REQUEST_STATE");
    know(Shape.ARGUMENT_AND_LENGTH, "DYNAMIC_METADATA ENVIRONMENT QUERY_PARAM CEL");
    know(Shape.HEADER, "REQ REQUEST_HEADER RESP RESPONSE_HEADER TRAILER RESPONSE_TRAILER");
    know(Shape.PATH, "PATH");
    know(Shape.QUERY, "QUERY_PARAMS");
    know(Shape.GRPC_STATUS, "GRPC_STATUS");
    know(Shape.DURATION, "COMMON_DURATION");
    know(Shape.METADATA, "METADATA");
    know(Shape.FILTER_STATE, "FILTER_STATE UPSTREAM_FILTER_STATE");
  }

  private static final Set<String> PATH_QUERY = Set.of("", "WQ", "NQ");
  private static final Set<String> PATH_SOURCE = Set.of("ORIG", "PATH", "ORIG_OR_PATH");
  private static final Set<String> QUERY_SOURCE = Set.of("", "ORIG", "PATH", "ORIG_OR_PATH");
  private static final Set<String> GRPC_FORMS =
      Set.of("", "CAMEL_STRING", "SNAKE_STRING", "NUMBER");
  private static final Set<String> METADATA_OF =
      Set.of("DYNAMIC", "CLUSTER", "ROUTE", "UPSTREAM_HOST", "LISTENER", "VIRTUAL_HOST");
  private static final Set<String> STATE_FORMS = Set.of("PLAIN", "TYPED", "FIELD");

  private FormatCommands() {}

  private static void know(Shape shape, String names) {
    for (String name : names.trim().split("\\s+")) {
      KNOWN.put(name, shape);
    }
  }

  /**
   * Looks at every command of a format.
   *
   * @return the format itself
   * @throws IllegalArgumentException naming the command that does not exist or cannot take its
   *     argument or length
   */
  public static Format check(Format format) {
    for (Format.Part part : format.parts()) {
      if (part instanceof Command command) {
        check(command);
      }
    }
    return format;
  }

  private static void check(Command command) {
    Shape shape = KNOWN.get(command.name());
    if (shape == null) {
      throw new IllegalArgumentException("unknown format command %" + command.name() + "%");
    }
    boolean argument = !command.argument().isEmpty();
    boolean fits =
        switch (shape) {
          case PLAIN -> !argument && noLength(command);
          case OPTIONAL -> noLength(command);
          case ARGUMENT -> argument && noLength(command);
          case ARGUMENT_AND_LENGTH -> argument;
          case HEADER -> header(command.argument());
          case PATH -> path(command.argument());
          case QUERY -> QUERY_SOURCE.contains(command.argument());
          case GRPC_STATUS -> GRPC_FORMS.contains(command.argument()) && noLength(command);
          case DURATION -> command.argument().indexOf(':') > 0 && noLength(command);
          case METADATA -> METADATA_OF.contains(before(command.argument(), ':'));
          case FILTER_STATE -> filterState(command.argument());
        };
    if (!fits) {
      throw new IllegalArgumentException(
          "format command %"
              + command.name()
              + "% cannot take "
              + (argument ? "the argument \"" + command.argument() + "\"" : "no argument")
              + (noLength(command) ? "" : " with a length"));
    }
  }

  private static boolean noLength(Command command) {
    return command.maxLength() < 0;
  }

  private static boolean header(String argument) {
    List<String> names = List.of(argument.split("\\?", -1));
    return !argument.isEmpty()
        && names.size() <= 2
        && names.stream().allMatch(FormatCommands::name);
  }

  /** A header name, maybe of a pseudo-header field. */
  private static boolean name(String name) {
    for (int i = name.startsWith(":") ? 1 : 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean token = c > ' ' && c < 0x7f && "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0;
      if (!token) {
        return false;
      }
    }
    return true;
  }

  private static boolean path(String argument) {
    int colon = argument.indexOf(':');
    String query = colon < 0 ? argument : argument.substring(0, colon);
    return PATH_QUERY.contains(query)
        && (colon < 0 || PATH_SOURCE.contains(argument.substring(colon + 1)));
  }

  private static boolean filterState(String argument) {
    int colon = argument.indexOf(':');
    return !argument.isEmpty()
        && (colon < 0 || STATE_FORMS.contains(before(argument.substring(colon + 1), ':')));
  }

  private static String before(String text, char end) {
    int at = text.indexOf(end);
    return at < 0 ? text : text.substring(0, at);
  }

  /** The lower-case names of a header command, its alternative second; one name if it has none. */
  public static List<String> headerNames(String argument) {
    return List.of(argument.toLowerCase(Locale.ROOT).split("\\?", -1));
  }
}
