package io.inmesh.runtime.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.call.Flag;
import io.inmesh.call.Headers;
import io.inmesh.config.Address;
import io.inmesh.config.Cluster;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.EndpointSet.Health;
import io.inmesh.config.Format;
import io.inmesh.config.HeaderMutations;
import io.inmesh.config.Metadata;
import io.inmesh.config.Route;
import io.inmesh.runtime.format.FormatText;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormatTextTest {
  private static FakeCall call() {
    var call = FakeCall.get("/a/b?q=1&z&e=a%20b+%zz", "x-a", "abc", "x-m", "1", "x-m", "2");
    call.cluster =
        new Cluster(
            "c0",
            new Cluster.Static(EndpointSet.empty("c0")),
            io.inmesh.config.Balancing.DEFAULT,
            Cluster.Transport.DEFAULT,
            io.inmesh.config.CircuitBreakers.DEFAULT,
            Optional.empty(),
            List.of(),
            new Metadata(Map.of("m", Map.of("cname", "meta-c0"))));
    call.endpoint =
        new Endpoint(
            new Address("10.0.0.1", 81),
            "host.internal:99",
            1,
            Health.UNKNOWN,
            new Metadata(Map.of("envoy.lb", Map.of("idx", "v0"))));
    call.metadata.put("m", Map.of("k", "gold", "deep", Map.of("n", 3.0)));
    call.state.put("s", "kept");
    call.status = 503;
    call.details = "no such thing";
    call.flags.add(Flag.URX);
    call.flags.add(Flag.UF);
    call.responseHeaders = Headers.of("x-echo", "one", "grpc-status", "14");
    call.attempts = 2;
    call.caller = "10.9.8.7";
    call.entry =
        Routes.entry(
            new Route(
                "r1",
                Routes.prefix("/"),
                Routes.to("c0"),
                HeaderMutations.NONE,
                Map.of(),
                new Metadata(Map.of("m", Map.of("k", 3.0, "b", true))),
                Optional.empty(),
                Optional.empty()));
    return call;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "plain|plain",
        "50%%|50%",
        "%REQ(x-a)%|abc",
        "%REQ(none?X-A)%|abc",
        "%REQ(x-a):2%|ab",
        "%REQ(x-m)%|1",
        "%REQ(:METHOD)%-%REQ(:PATH)%|GET-/a/b?q=1&z&e=a%20b+%zz",
        "%REQ(:AUTHORITY)%|foo.com",
        "p-%REQ(none)%-s|p---s",
        "%RESP(x-echo)%|one",
        "%RESP(:STATUS)%|503",
        "%PROTOCOL%|HTTP/1.1",
        "%RESPONSE_CODE%|503",
        "%RESPONSE_CODE_DETAILS%|no_such_thing",
        "%RESPONSE_FLAGS%|URX,UF",
        "%ROUTE_NAME%|r1",
        "%UPSTREAM_CLUSTER%|c0",
        "%UPSTREAM_HOST%|10.0.0.1:81",
        "%UPSTREAM_HOST_NAME%|host.internal:99",
        "%UPSTREAM_HOST_NAME_WITHOUT_PORT%|host.internal",
        "%UPSTREAM_REMOTE_PORT%|81",
        "%UPSTREAM_METADATA(envoy.lb:idx)%|v0",
        "%METADATA(CLUSTER:m:cname)%|meta-c0",
        "%CLUSTER_METADATA(m:cname)%|meta-c0",
        "%METADATA(ROUTE:m:k)%|3",
        "%METADATA(ROUTE:m:b)%|true",
        "%METADATA(ROUTE:m)%|{\"b\":true,\"k\":3}",
        "%DYNAMIC_METADATA(m:k)%|gold",
        "%DYNAMIC_METADATA(m:deep:n)%|3",
        "%METADATA(DYNAMIC:m:deep)%|{\"n\":3}",
        "%DYNAMIC_METADATA(other:k)%|-",
        "%FILTER_STATE(s:PLAIN)%|kept",
        "%ENVIRONMENT(MESH_ENV)%|envval",
        "%ENVIRONMENT(OTHER)%|-",
        "%HOSTNAME%|me",
        "%QUERY_PARAM(q)%|1",
        "%QUERY_PARAM(z)%|''",
        "%QUERY_PARAM(e)%|a b+%zz",
        "%QUERY_PARAM(none)%|-",
        "%QUERY_PARAMS%|q=1&z&e=a%20b+%zz",
        "%PATH(NQ)%|/a/b",
        "%PATH(WQ)%|/a/b?q=1&z&e=a%20b+%zz",
        "%PATH(NQ:ORIG)%|-",
        "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%|10.9.8.7",
        "%DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT%|127.0.0.1",
        "%VIRTUAL_CLUSTER_NAME%|-",
        "%UPSTREAM_REQUEST_ATTEMPT_COUNT%|2",
        "%BYTES_SENT%,%BYTES_RECEIVED%,%DURATION%|7,5,12",
        "%START_TIME(%Y-%m-%d %H:%M:%S.%3f)%|2023-11-14 22:13:19.988",
        "%EMIT_TIME(%s)%|1700000000",
        "%START_TIME%|2023-11-14T22:13:19.988Z",
        "%DOWNSTREAM_PEER_URI_SAN%|-",
        "%GRPC_STATUS_NUMBER%|-"
      })
  void commands(String format, String expected) {
    assertThat(new FormatText(Format.parse(format), Routes.PROCESS, "-").apply(call()))
        .isEqualTo(expected);
  }

  @Test
  void grpcStatus() {
    FakeCall call = call();
    call.headers.add("content-type", "application/grpc+proto");
    assertThat(text("%GRPC_STATUS%", call)).isEqualTo("Unavailable");
    assertThat(text("%GRPC_STATUS(SNAKE_STRING)%", call)).isEqualTo("UNAVAILABLE");
    assertThat(text("%GRPC_STATUS(NUMBER)%", call)).isEqualTo("14");
    call.trailers = Headers.of("grpc-status", "4");
    assertThat(text("%GRPC_STATUS(SNAKE_STRING)%", call)).isEqualTo("DEADLINE_EXCEEDED");
    call.trailers = Headers.EMPTY;
    call.responseHeaders = Headers.EMPTY;
    call.status = 404;
    assertThat(text("%GRPC_STATUS%", call)).isEqualTo("Unimplemented");
  }

  @Test
  void anOriginalPathIsPreferred() {
    FakeCall call = call();
    call.headers.add("x-envoy-original-path", "/old?x");
    assertThat(text("%PATH(NQ:ORIG)% %PATH(WQ)% %PATH(NQ:PATH)%", call))
        .isEqualTo("/old /old?x /a/b");
  }

  @Test
  void nothingIsKnownBeforeThereIsAnything() {
    var bare = FakeCall.get("/");
    assertThat(
            text(
                "%RESPONSE_CODE% %RESPONSE_FLAGS% %ROUTE_NAME% %UPSTREAM_HOST% %UPSTREAM_CLUSTER%",
                bare))
        .isEqualTo("0 - - - -");
  }

  private static String text(String format, FakeCall call) {
    return new FormatText(Format.parse(format), Routes.PROCESS, "-").apply(call);
  }
}
