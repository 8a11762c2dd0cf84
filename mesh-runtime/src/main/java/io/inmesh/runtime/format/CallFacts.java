package io.inmesh.runtime.format;

import io.inmesh.call.Flag;
import io.inmesh.call.Headers;
import io.inmesh.config.Cluster;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.Route;
import io.inmesh.config.VirtualHost;
import io.inmesh.runtime.match.RouteInput;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a format may ask of a call at any time of its life. Implemented by the call itself. */
public interface CallFacts extends RouteInput {
  /** The caller's protocol: {@code HTTP/1.1} or {@code HTTP/2}. */
  String protocol();

  /** The current route; empty if none matched. */
  Optional<Route> route();

  /** The virtual host of the current route, or null. */
  @Nullable VirtualHost virtualHost();

  /** The config of the cluster that was chosen, or null. */
  @Nullable Cluster clusterConfig();

  /** The endpoint of the current attempt, or null. */
  @Nullable Endpoint endpoint();

  /** The route's virtual cluster for the request as it was routed; "" for none. */
  String virtualCluster();

  /** The response status; zero before the head. */
  int status();

  /** The response headers as they are now; {@link Headers#EMPTY} before the head. */
  Headers responseHeaders();

  /** The response trailers; {@link Headers#EMPTY} before they came. */
  Headers responseTrailers();

  /** Where the answer came from, in Envoy's words; empty before there is one. */
  String details();

  /** Why the current attempt got no connection, in the transport's words; empty if it got one. */
  String transportFailure();

  /** The response flags in the order in which they were set. */
  List<Flag> flags();

  /** Whether a response flag is set. */
  boolean has(Flag flag);

  /** How many attempts have been started. */
  int attempts();

  /** Response body bytes so far. */
  long bytesReceived();

  /** Request body bytes so far. */
  long bytesSent();

  /** When the call started, by its loop's clock. */
  long startNanos();

  /** The time now, by its loop's clock. */
  long nowNanos();

  /** The local reply's body before a format is applied to it; empty for other responses. */
  String localReplyBody();
}
