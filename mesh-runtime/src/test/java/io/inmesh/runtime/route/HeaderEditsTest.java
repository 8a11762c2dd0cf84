package io.inmesh.runtime.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.call.Headers;
import io.inmesh.config.Action.Forward;
import io.inmesh.config.ClusterSpecifier.Entry;
import io.inmesh.config.ClusterSpecifier.Weighted;
import io.inmesh.config.Format;
import io.inmesh.config.HeaderMutations;
import io.inmesh.config.HeaderMutations.Append;
import io.inmesh.config.HeaderMutations.HeaderValue;
import io.inmesh.config.Metadata;
import io.inmesh.config.Route;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.config.VirtualHost;
import io.inmesh.runtime.format.HeaderEdits;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeaderEditsTest {
  @ParameterizedTest
  @CsvSource({
    "APPEND_IF_EXISTS_OR_ADD, true, 'old,new'",
    "APPEND_IF_EXISTS_OR_ADD, false, new",
    "ADD_IF_ABSENT, true, old",
    "ADD_IF_ABSENT, false, new",
    "OVERWRITE_IF_EXISTS_OR_ADD, true, new",
    "OVERWRITE_IF_EXISTS_OR_ADD, false, new",
    "OVERWRITE_IF_EXISTS, true, new",
    "OVERWRITE_IF_EXISTS, false, ''"
  })
  void actions(Append append, boolean exists, String expected) {
    var call = FakeCall.get("/");
    if (exists) {
      call.headers.add("x-n", "old");
    }
    edits(List.of(Routes.value("x-n", "new", append)), List.of()).request(call);
    assertThat(String.join(",", call.headers.all("x-n"))).isEqualTo(expected);
  }

  private static HeaderEdits edits(List<HeaderValue> add, List<String> remove) {
    return new HeaderEdits(add, remove, Routes.PROCESS);
  }

  @Test
  void removalsComeFirstAndValuesAreMadeBeforeAnyIsWritten() {
    var call = FakeCall.get("/", "x-a", "1", "x-b", "2");
    edits(
            List.of(
                Routes.value("x-c", "[%REQ(x-a)%]", Append.APPEND_IF_EXISTS_OR_ADD),
                Routes.value("x-b", "new", Append.OVERWRITE_IF_EXISTS_OR_ADD),
                Routes.value("x-d", "%REQ(x-b)%", Append.APPEND_IF_EXISTS_OR_ADD)),
            List.of("x-a"))
        .request(call);
    assertThat(call.headers).isEqualTo(Headers.of("x-b", "new", "x-c", "[]", "x-d", "2"));
  }

  @Test
  void overwritingComesBeforeAdding() {
    var headers = Headers.of("x-dup", "d1", "x-dup", "d2");
    edits(
            List.of(
                Routes.value("x-dup", "added", Append.APPEND_IF_EXISTS_OR_ADD),
                Routes.value("x-dup", "set", Append.OVERWRITE_IF_EXISTS_OR_ADD)),
            List.of())
        .response(FakeCall.get("/"), headers);
    assertThat(headers.all("x-dup")).containsExactly("set", "added");
  }

  @Test
  void emptyValuesAreLeftOutUnlessKept() {
    var call = FakeCall.get("/");
    Format missing = Format.parse("%REQ(missing)%");
    edits(
            List.of(
                new HeaderValue("x-a", missing, Append.APPEND_IF_EXISTS_OR_ADD, false),
                new HeaderValue("x-b", missing, Append.APPEND_IF_EXISTS_OR_ADD, true)),
            List.of())
        .request(call);
    assertThat(call.headers).isEqualTo(Headers.of("x-b", ""));
  }

  @Test
  void predefinedNamesAreJoined() {
    var call = FakeCall.get("/", "user-agent", "a");
    edits(List.of(Routes.value("user-agent", "b", Append.APPEND_IF_EXISTS_OR_ADD)), List.of())
        .request(call);
    assertThat(call.headers).isEqualTo(Headers.of("user-agent", "a,b"));
  }

  private static HeaderMutations level(String name) {
    return new HeaderMutations(
        List.of(
            Routes.value("x-level", "%REQ(x-level)%>" + name, Append.OVERWRITE_IF_EXISTS_OR_ADD)),
        List.of(),
        List.of(
            Routes.value("x-level", "%RESP(x-level)%>" + name, Append.OVERWRITE_IF_EXISTS_OR_ADD)),
        List.of());
  }

  @ParameterizedTest
  @CsvSource({"false, >share>route>host>config", "true, >share>config>host>route"})
  void levels(boolean mostSpecificWins, String expected) {
    var share =
        new Entry(
            Optional.of("c0"),
            Optional.empty(),
            1,
            level("share"),
            Optional.of("share.host"),
            Map.of(),
            Map.of());
    var route =
        new Route(
            "r",
            Routes.prefix("/"),
            Forward.to(new Weighted(List.of(share), Optional.empty(), false, "")),
            level("route"),
            Map.of(),
            Metadata.EMPTY,
            Optional.empty(),
            Optional.empty());
    var host =
        new VirtualHost(
            "v",
            List.of("*"),
            List.of(route),
            level("host"),
            VirtualHost.Policy.DEFAULT,
            List.of(),
            Map.of(),
            Metadata.EMPTY);
    var options =
        new RouteConfiguration.Options(
            mostSpecificWins, false, false, Optional.empty(), List.of(), 4096);
    var config =
        new RouteConfiguration(
            "rc", List.of(host), level("config"), options, List.of(), Map.of(), Metadata.EMPTY);
    var call = FakeCall.get("/");
    RouteEntry<String> entry =
        new RouteTable<>(config, Routes.settings(), Routes.NO_PARTS, null).match(call);
    assertThat(entry).isNotNull();
    entry.finalizeRequest(call, call);
    assertThat(call.headers.get("x-level")).isEqualTo(expected);
    assertThat(call.authority()).isEqualTo("share.host");
    call.responseHeaders = new Headers();
    entry.finalizeResponse(call, call.responseHeaders);
    assertThat(call.responseHeaders.get("x-level")).isEqualTo(expected);
  }
}
