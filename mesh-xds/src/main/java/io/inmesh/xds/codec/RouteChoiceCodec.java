package io.inmesh.xds.codec;

import com.google.protobuf.Any;
import io.inmesh.config.MatchTree;
import io.inmesh.config.Route;
import io.inmesh.proto.envoy.config.route.v3.RouteList;
import io.inmesh.proto.xds.core.v3.TypedExtensionConfig;
import io.inmesh.proto.xds.type.matcher.v3.Matcher;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** The matcher tree of a virtual host. Its routes are kept in a list; the tree has their places. */
final class RouteChoiceCodec {
  private static final String ROUTE = "envoy.config.route.v3.Route";
  private static final String ROUTES = "envoy.config.route.v3.RouteList";

  private RouteChoiceCodec() {}

  /** Adds the routes that the tree leads to. */
  static MatchTree<List<Integer>> tree(Decoding in, Matcher message, List<Route> routes) {
    var trees =
        new MatchTreeCodec<List<Integer>>(
            (at, any) -> places(at, any, routes), MatchTreeCodec.ofRoutes());
    return trees.tree(in, message);
  }

  private static List<Integer> places(Decoding in, Any any, List<Route> routes) {
    int from = routes.size();
    switch (Decoding.typeOf(any)) {
      case ROUTE:
        RouteCodec.add(
            in,
            in.parse(any.getValue(), io.inmesh.proto.envoy.config.route.v3.Route.parser()),
            routes);
        break;
      case ROUTES:
        RouteList list = in.parse(any.getValue(), RouteList.parser());
        for (int i = 0; i < list.getRoutesCount(); i++) {
          in.enter("routes", i);
          RouteCodec.add(in, list.getRoutes(i), routes);
          in.leave();
        }
        break;
      default:
        throw in.refuse("unknown action " + Decoding.typeOf(any));
    }
    var places = new ArrayList<Integer>();
    for (int i = from; i < routes.size(); i++) {
      places.add(i);
    }
    return List.copyOf(places);
  }

  static Matcher message(
      MatchTree<List<Integer>> tree,
      IntFunction<io.inmesh.proto.envoy.config.route.v3.Route> routes) {
    return MatchTreeCodec.message(tree, places -> message(places, routes));
  }

  private static TypedExtensionConfig message(
      List<Integer> places, IntFunction<io.inmesh.proto.envoy.config.route.v3.Route> routes) {
    if (places.size() == 1) {
      return MatchTreeCodec.extension(ROUTE, routes.apply(places.get(0)));
    }
    var list = RouteList.newBuilder();
    places.forEach(place -> list.addRoutes(routes.apply(place)));
    return MatchTreeCodec.extension(ROUTES, list.build());
  }
}
