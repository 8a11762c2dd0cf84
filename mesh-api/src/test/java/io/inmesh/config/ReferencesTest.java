package io.inmesh.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.ClusterSpecifier.Entry;
import io.inmesh.config.ClusterSpecifier.Weighted;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What filters ask for is resolved wherever their settings stand. */
class ReferencesTest {
  private record Asking(String cluster) implements Extension {
    @Override
    public String type() {
      return "asking";
    }

    @Override
    public Set<Resource.Key> references() {
      return Set.of(key(cluster));
    }
  }

  private static Resource.Key key(String name) {
    return new Resource.Key(Resource.Type.CLUSTER, name);
  }

  private static Map<String, FilterOverride> asking(String cluster) {
    return Map.of("f", new FilterOverride(Optional.of(new Asking(cluster)), false));
  }

  @Test
  void ofAListenerAndOfAllLevelsOfItsRoutes() {
    var share =
        new Entry(
            Optional.of("c0"),
            Optional.empty(),
            1,
            HeaderMutations.NONE,
            Optional.empty(),
            Map.of(),
            asking("share"));
    var split = new Weighted(List.of(share), Optional.empty(), false, "");
    var route =
        new Route(
            "",
            RouteMatch.of(new RouteMatch.Prefix("/", true)),
            Action.Forward.to(split),
            HeaderMutations.NONE,
            asking("route"),
            Metadata.EMPTY,
            Optional.empty(),
            Optional.empty());
    var host =
        new VirtualHost(
            "v",
            List.of("*"),
            List.of(route),
            HeaderMutations.NONE,
            VirtualHost.Policy.DEFAULT,
            List.of(),
            asking("host"),
            Metadata.EMPTY);
    var routes =
        new RouteConfiguration(
            "r",
            List.of(host),
            HeaderMutations.NONE,
            RouteConfiguration.Options.DEFAULT,
            List.of(),
            asking("routes"),
            Metadata.EMPTY);
    var http =
        new HttpConnection(
            List.of(
                new HttpConnection.Filter("f", new Asking("listener"), false),
                new HttpConnection.Filter("router", Filters.Router.DEFAULT, false)),
            new HttpConnection.InlineRoutes(routes));
    var expected = new HashSet<Resource.Key>();
    for (String name : List.of("c0", "share", "route", "host", "routes", "listener")) {
      expected.add(key(name));
    }
    assertThat(http.references()).isEqualTo(expected);
  }
}
