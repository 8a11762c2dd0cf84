package io.inmesh.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.util.JsonFormat;
import io.inmesh.proto.envoy.config.listener.v3.Listener;
import io.inmesh.proto.envoy.config.route.v3.RouteConfiguration;
import io.inmesh.proto.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ProtoFilesTest {
  @Test
  void listsEveryFileOnce() {
    assertThat(ProtoFiles.all()).doesNotHaveDuplicates().hasSizeGreaterThan(150);
    assertThat(ProtoFiles.all().stream().map(file -> file.getFullName()))
        .contains("envoy/service/discovery/v3/ads.proto", "istio/v1/auth/ca.proto");
  }

  @Test
  void keepsClassesInOurOwnPackages() {
    assertThat(ProtoFiles.all())
        .allSatisfy(
            file -> assertThat(file.getOptions().getJavaPackage()).startsWith("io.inmesh.proto."));
  }

  @Test
  void dropsAnnotations() {
    assertThat(ProtoFiles.all().stream().flatMap(file -> file.getDependencies().stream()))
        .noneMatch(file -> file.getFullName().contains("annotations"))
        .noneMatch(file -> file.getFullName().startsWith("validate/"));
  }

  @Test
  void findsAnyByTypeUrl() throws Exception {
    String json =
        """
        {"api_listener": {"api_listener": {
          "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
          "stat_prefix": "p"}}}
        """;
    Listener.Builder listener = Listener.newBuilder();
    JsonFormat.parser().usingTypeRegistry(ProtoFiles.types()).merge(json, listener);
    Any hcm = listener.getApiListener().getApiListener();
    assertThat(HttpConnectionManager.parseFrom(hcm.getValue()).getStatPrefix()).isEqualTo("p");
  }

  @Test
  void knowsFieldsThatThePublishedFilesLack() throws Exception {
    String json =
        """
        {"virtual_hosts": [{"name": "v", "domains": ["*"], "routes": [
          {"match": {"prefix": "/", "cookies": [
             {"name": "c", "string_match": {"exact": "1"}, "invert_match": true}]},
           "route": {"cluster": "a", "path_rewrite": "/%REQ(x)%", "host_rewrite": "h",
             "retry_policy": {"refresh_cluster_on_retry": true}}},
          {"match": {"path": "/r"}, "redirect": {"path_rewrite": "/x"}}]}],
         "vhost_header": "x-vhost"}
        """;
    RouteConfiguration.Builder routes = RouteConfiguration.newBuilder();
    JsonFormat.parser().merge(json, routes);
    assertThat(routes.getVirtualHosts(0).getRoutes(0).getMatch().getCookies(0).getInvertMatch())
        .isTrue();
    assertThat(RouteConfiguration.parseFrom(routes.build().toByteArray()))
        .isEqualTo(routes.build());
  }

  @Test
  void keepsOneofsWhole() {
    Descriptor action = ProtoFiles.types().find("envoy.config.route.v3.RouteAction");
    assertThat(
            action.getOneofs().stream()
                .filter(oneof -> oneof.getName().equals("host_rewrite_specifier"))
                .flatMap(oneof -> oneof.getFields().stream())
                .map(field -> field.getName())
                .collect(Collectors.toList()))
        .contains("host_rewrite_literal", "auto_host_rewrite", "host_rewrite");
  }
}
