package io.inmesh.runtime.engine;

import io.inmesh.call.CallSink;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.config.Action.Forward;
import io.inmesh.config.ClusterSpecifier;
import io.inmesh.config.Route;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.config.RouteMatch;
import io.inmesh.config.VirtualHost;
import io.inmesh.runtime.route.Parts;
import io.inmesh.runtime.route.RouteEntry;
import io.inmesh.runtime.route.RouteTable;
import io.inmesh.runtime.stage.FilteredCall.Fetched;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A call that a filter makes beside the one it looks at: straight to a cluster, with no filters,
 * its answer collected up to a limit. Owner: its loop.
 */
final class SideCall implements CallSink {
  private static final int LONGEST = 1 << 20;

  private final Fetched fetched;
  private final StringBuilder body = new StringBuilder();
  private int status;
  private boolean tooLong;

  private SideCall(Fetched fetched) {
    this.fetched = fetched;
  }

  /** No route has anything of its own. */
  private static final Parts<RouteParts> NO_PARTS =
      new Parts<>() {
        @Override
        public RouteParts make(RouteEntry<RouteParts> entry) {
          return RouteParts.NONE;
        }

        @Override
        public boolean upToDate(RouteParts parts) {
          return true;
        }
      };

  static void start(OutgoingCall beside, String cluster, Request request, Fetched fetched) {
    var route =
        new Route(
            "",
            RouteMatch.of(new RouteMatch.Prefix("/", true)),
            Forward.to(new ClusterSpecifier.Named(cluster)));
    var host = new VirtualHost("side", List.of("*"), List.of(route));
    var routes = new RouteConfiguration("side", List.of(host));
    var settings = beside.chain.settings;
    var chain = HttpChain.untouched(new RouteTable<>(routes, settings, NO_PARTS, null), settings);
    var call =
        new OutgoingCall(
            chain,
            beside.clusters,
            "",
            beside.surroundings,
            beside.loop,
            request,
            new SideCall(fetched));
    call.enter();
    call.proceed();
    call.demand(Integer.MAX_VALUE);
  }

  @Override
  public void onHead(int code, Headers headers) {
    status = code;
  }

  @Override
  public void onData(ByteBuffer chunk) {
    if (body.length() + chunk.remaining() > LONGEST) {
      tooLong = true;
    } else {
      body.append(StandardCharsets.UTF_8.decode(chunk));
    }
  }

  @Override
  public void onTrailers(Headers trailers) {}

  @Override
  public void onEnd(Ended how) {
    boolean whole = how == Ended.COMPLETE && !tooLong;
    fetched.answered(whole ? status : 0, whole ? body.toString() : "");
  }
}
