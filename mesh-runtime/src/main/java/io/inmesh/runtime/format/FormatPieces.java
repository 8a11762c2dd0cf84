package io.inmesh.runtime.format;

import io.inmesh.config.Address;
import io.inmesh.config.Cluster;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.Format.Command;
import io.inmesh.config.FormatCommands;
import io.inmesh.config.Metadata;
import io.inmesh.config.Route;
import io.inmesh.runtime.format.FormatText.Piece;
import io.inmesh.runtime.match.RequestFields;
import io.inmesh.runtime.match.ValueTest;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the commands of format strings print. Commands about things that a call made in this process
 * does not have, such as the caller's TLS session, print nothing.
 */
final class FormatPieces {
  private FormatPieces() {}

  static Piece of(Command command, ProcessFacts process) {
    String argument = command.argument();
    switch (command.name()) {
      case "REQ":
      case "REQUEST_HEADER":
        return header(argument, RequestFields::first);
      case "RESP":
      case "RESPONSE_HEADER":
        return header(argument, FormatPieces::response);
      case "TRAILER":
      case "RESPONSE_TRAILER":
        return header(argument, (call, name) -> call.responseTrailers().get(name));
      case "PATH":
        return FormatPaths.path(argument);
      case "QUERY_PARAM":
        return FormatPaths.parameter(argument);
      case "QUERY_PARAMS":
        return FormatPaths.query(argument);
      case "ENVIRONMENT":
        return constant(process.environment().apply(argument));
      case "HOSTNAME":
        return constant(process.hostname());
      case "START_TIME":
      case "START_TIME_LOCAL":
      case "EMIT_TIME":
      case "EMIT_TIME_LOCAL":
        return FormatTimes.of(command, process.clock());
      case "METADATA":
        return metadata(argument);
      case "DYNAMIC_METADATA":
        return dynamicMetadata(argument);
      case "CLUSTER_METADATA":
        return stored(argument, FormatPieces::ofCluster);
      case "UPSTREAM_METADATA":
        return stored(argument, FormatPieces::ofEndpoint);
      case "FILTER_STATE":
        return filterState(argument);
      case "GRPC_STATUS":
      case "GRPC_STATUS_NUMBER":
        return GrpcStatus.piece(command.name().endsWith("NUMBER") ? "NUMBER" : argument);
      default:
        return ofCall(command);
    }
  }

  private static Piece ofCall(Command command) {
    switch (command.name()) {
      case "PROTOCOL":
      case "UPSTREAM_PROTOCOL":
        return CallFacts::protocol;
      case "RESPONSE_CODE":
        return call -> Integer.toString(call.status());
      case "RESPONSE_CODE_DETAILS":
        return command.argument().isEmpty()
            ? call -> orNull(call.details().replace(' ', '_'))
            : call -> orNull(call.details());
      case "RESPONSE_FLAGS":
        return FormatFlags::text;
      case "UPSTREAM_TRANSPORT_FAILURE_REASON":
        return call -> orNull(call.transportFailure().replace(' ', '_'));
      case "ROUTE_NAME":
        return call -> call.route().map(route -> orNull(route.name())).orElse(null);
      case "VIRTUAL_CLUSTER_NAME":
        return call -> orNull(call.virtualCluster());
      case "LOCAL_REPLY_BODY":
        return CallFacts::localReplyBody;
      case "UNIQUE_ID":
      case "STREAM_ID":
        return call -> call.headers().get("x-request-id");
      default:
        return ofSizes(command);
    }
  }

  private static Piece ofSizes(Command command) {
    switch (command.name()) {
      case "BYTES_RECEIVED":
        return call -> Long.toString(call.bytesSent());
      case "BYTES_SENT":
        return call -> Long.toString(call.bytesReceived());
      case "DURATION":
      case "RESPONSE_TX_DURATION":
        return call ->
            Long.toString(TimeUnit.NANOSECONDS.toMillis(call.nowNanos() - call.startNanos()));
      case "UPSTREAM_REQUEST_ATTEMPT_COUNT":
        return call -> Integer.toString(call.attempts());
      case "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT":
        return CallFacts::callerAddress;
      case "DOWNSTREAM_REMOTE_ADDRESS":
        return call -> call.callerAddress() + ":0";
      case "DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT":
      case "DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT":
      case "DOWNSTREAM_DIRECT_LOCAL_ADDRESS_WITHOUT_PORT":
        return CallFacts::peerAddress;
      case "DOWNSTREAM_DIRECT_REMOTE_ADDRESS":
      case "DOWNSTREAM_LOCAL_ADDRESS":
      case "DOWNSTREAM_DIRECT_LOCAL_ADDRESS":
        return call -> call.peerAddress() + ":0";
      default:
        return ofUpstream(command);
    }
  }

  private static Piece ofUpstream(Command command) {
    switch (command.name()) {
      case "UPSTREAM_CLUSTER":
      case "UPSTREAM_CLUSTER_RAW":
        return call -> call.clusterConfig() == null ? null : call.clusterConfig().name();
      case "UPSTREAM_HOST":
      case "UPSTREAM_REMOTE_ADDRESS":
        return address(Address::toString);
      case "UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT":
        return address(Address::host);
      case "UPSTREAM_REMOTE_PORT":
        return address(address -> Integer.toString(address.port()));
      case "UPSTREAM_HOST_NAME":
        return hostname(false);
      case "UPSTREAM_HOST_NAME_WITHOUT_PORT":
        return hostname(true);
      default:
        return call -> null;
    }
  }

  private static Piece constant(String value) {
    String known = orNull(value);
    return call -> known;
  }

  private static @Nullable String orNull(String value) {
    return value.isEmpty() ? null : value;
  }

  private interface Field {
    @Nullable String get(CallFacts call, String name);
  }

  private static Piece header(String argument, Field field) {
    List<String> names = FormatCommands.headerNames(argument);
    String name = names.get(0);
    if (names.size() == 1 || names.get(1).isEmpty()) {
      return call -> field.get(call, name);
    }
    String other = names.get(1);
    return call -> {
      String value = field.get(call, name);
      return value == null ? field.get(call, other) : value;
    };
  }

  private static @Nullable String response(CallFacts call, String name) {
    return name.equals(":status")
        ? Integer.toString(call.status())
        : call.responseHeaders().get(name);
  }

  private static Piece metadata(String argument) {
    int colon = argument.indexOf(':');
    String of = colon < 0 ? argument : argument.substring(0, colon);
    String path = colon < 0 ? "" : argument.substring(colon + 1);
    switch (of) {
      case "CLUSTER":
        return stored(path, FormatPieces::ofCluster);
      case "ROUTE":
        return stored(path, call -> call.route().map(Route::metadata).orElse(null));
      case "VIRTUAL_HOST":
        return stored(
            path, call -> call.virtualHost() == null ? null : call.virtualHost().metadata());
      case "UPSTREAM_HOST":
        return stored(path, FormatPieces::ofEndpoint);
      case "DYNAMIC":
        return dynamicMetadata(path);
      default:
        return call -> null;
    }
  }

  private static @Nullable Metadata ofCluster(CallFacts call) {
    Cluster cluster = call.clusterConfig();
    return cluster == null ? null : cluster.metadata();
  }

  private static @Nullable Metadata ofEndpoint(CallFacts call) {
    Endpoint endpoint = call.endpoint();
    return endpoint == null ? null : endpoint.metadata();
  }

  private interface Source {
    @Nullable Metadata of(CallFacts call);
  }

  private static Piece stored(String argument, Source source) {
    List<String> path = List.of(argument.split(":"));
    return call -> {
      Metadata metadata = source.of(call);
      return metadata == null
          ? null
          : JsonText.plain(ValueTest.descend(metadata.byNamespace(), path, 0));
    };
  }

  private static Piece dynamicMetadata(String argument) {
    List<String> path = List.of(argument.split(":"));
    List<String> keys = path.subList(1, path.size());
    return call -> JsonText.plain(ValueTest.find(call, path.get(0), keys));
  }

  private static Piece filterState(String argument) {
    int colon = argument.indexOf(':');
    String key = colon < 0 ? argument : argument.substring(0, colon);
    return call -> call.filterState(key);
  }

  private static Piece address(Function<Address, String> form) {
    return call -> {
      Endpoint endpoint = call.endpoint();
      return endpoint == null ? null : form.apply(endpoint.address());
    };
  }

  private static Piece hostname(boolean withoutPort) {
    return call -> {
      Endpoint endpoint = call.endpoint();
      if (endpoint == null || endpoint.hostname().isEmpty()) {
        return null;
      }
      String name = endpoint.hostname();
      int colon = withoutPort ? name.lastIndexOf(':') : -1;
      return colon < 0 ? name : name.substring(0, colon);
    };
  }
}
