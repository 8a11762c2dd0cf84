package io.inmesh.controlplane.ads;

import io.inmesh.config.Resource;
import io.inmesh.controlplane.ads.Dialect.Push;
import io.inmesh.controlplane.ads.Dialect.Request;
import io.inmesh.loop.EventLoop;
import io.inmesh.loop.Timer;
import io.inmesh.xds.ads.NodeMessage;
import io.inmesh.xds.ads.PerType;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One client. New and changed resources go out in the order in which they depend on each other, and
 * what depends waits until the client has confirmed what it depends on; removals come last. A type
 * has one response under way at a time, so that a slow client gets few and large steps instead of
 * many. Patience ends after a second: what waits then goes out all the same. Owner: the server's
 * loop.
 *
 * @param <Q> requests
 * @param <R> responses
 */
final class NodeStream<Q, R> {
  private static final System.Logger LOG = System.getLogger("io.inmesh.ads");
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final List<Resource.Type> ADDITIONS =
      List.of(
          Resource.Type.SECRET,
          Resource.Type.RUNTIME,
          Resource.Type.CLUSTER,
          Resource.Type.ENDPOINTS,
          Resource.Type.EXTENSION,
          Resource.Type.LISTENER,
          Resource.Type.ROUTES,
          Resource.Type.VIRTUAL_HOST);
  private static final List<Resource.Type> REMOVALS =
      List.of(
          Resource.Type.LISTENER,
          Resource.Type.ROUTES,
          Resource.Type.VIRTUAL_HOST,
          Resource.Type.EXTENSION,
          Resource.Type.CLUSTER,
          Resource.Type.ENDPOINTS,
          Resource.Type.RUNTIME,
          Resource.Type.SECRET);

  private final Dialect<Q, R> dialect;
  private final Outlet<R> outlet;
  private final Peer peer;
  private final Services services;
  private final PerType<Feed> feeds = new PerType<>(Feed::new);
  private final List<Feed> allFeeds = Arrays.stream(Resource.Type.values()).map(feeds::of).toList();

  /** Endpoints that clusters refer to which were sent and that the client has not asked for. */
  private final Set<String> awaitedEndpoints = new HashSet<>();

  private final Timer impatience =
      new Timer() {
        @Override
        protected void onTimer() {
          awaitedEndpoints.clear();
          pump(true);
        }
      };
  private final long openedAt;
  private @Nullable ServedNode node;
  private ServedConfig config = ServedConfig.EMPTY;
  private long nonces;

  /** What all streams of a server share. */
  record Services(
      EventLoop loop, ConfigSource source, RegistrationListener registrations, Changes changes) {}

  /** What is known of the client before its first request. */
  record Peer(java.util.Optional<io.inmesh.identity.SpiffeId> identity, String address) {}

  NodeStream(Dialect<Q, R> dialect, Outlet<R> outlet, Peer peer, Services services) {
    this.dialect = dialect;
    this.outlet = outlet;
    this.peer = peer;
    this.services = services;
    this.openedAt = services.loop().nanoTime();
  }

  Feed feed(Resource.Type type) {
    return feeds.of(type);
  }

  /** Null before the first request. */
  @Nullable ServedNode node() {
    return node;
  }

  void request(Q message) {
    Request request = dialect.read(message);
    introduce(request);
    Feed feed = feedOf(request.typeUrl());
    if (feed == null) {
      return;
    }
    boolean answers = !request.nonce().isEmpty() && feed.started;
    if (answers && feed.inFlight && request.nonce().equals(feed.nonce)) {
      answered(feed, request);
    } else if (feed.started && dialect.isStale(request, feed)) {
      return;
    }
    dialect.names(message, feed, config);
    feed.started = true;
    if (feed.type == Resource.Type.ENDPOINTS) {
      awaitedEndpoints.removeIf(feed::wants);
    }
    pump(false);
  }

  private @Nullable Feed feedOf(String url) {
    for (Feed feed : allFeeds) {
      if (feed.type.url().equals(url)) {
        return feed;
      }
    }
    LOG.log(Level.DEBUG, "{0} asks for {1}, which is not served", name(), url);
    return null;
  }

  private void introduce(Request request) {
    var message = request.node();
    if (message == null && node != null) {
      return;
    }
    if (message == null) {
      message = io.inmesh.proto.envoy.config.core.v3.Node.getDefaultInstance();
    }
    ServedNode now =
        new ServedNode(
            NodeMessage.read(message), NodeKind.of(message), peer.identity(), peer.address());
    if (!now.equals(node)) {
      node = now;
      services.registrations().introduced(this, now);
      follow();
    }
  }

  private void answered(Feed feed, Request request) {
    feed.inFlight = false;
    String error = request.error();
    if (error == null) {
      feed.acceptedRevision = feed.sentRevision;
      feed.rejection = "";
    } else {
      feed.rejection = error;
      LOG.log(
          Level.WARNING,
          "{0} refuses part of revision {1}: {2}: {3}",
          name(),
          feed.sentRevision,
          feed.type,
          error);
    }
  }

  /** Takes over the config of now. */
  void follow() {
    if (node == null) {
      return;
    }
    ServedConfig now = services.source().configOf(node);
    if (now != config) {
      ServedConfig before = config;
      config = now;
      for (Feed feed : allFeeds) {
        if (feed.started) {
          look(feed, services.changes().of(feed.type, before, now));
        }
      }
      pump(false);
    }
  }

  private void look(Feed feed, Set<String> changed) {
    if (feed.type == Resource.Type.VIRTUAL_HOST && !changed.isEmpty()) {
      // Any of them may have taken another's domains.
      feed.names.forEach(name -> feed.look(name, config, false));
    } else if (feed.wildcard
        || !feed.collections.isEmpty()
        || changed.size() <= feed.names.size()) {
      changed.stream().filter(feed::wants).forEach(name -> feed.look(name, config, false));
    } else {
      feed.names.stream().filter(changed::contains).forEach(name -> feed.look(name, config, false));
    }
  }

  /** The client can take more. */
  void ready() {
    pump(false);
  }

  private void pump(boolean impatient) {
    for (Resource.Type type : ADDITIONS) {
      boolean wait = !impatient && mustWait(type);
      push(feed(type), () -> true, wait, false);
    }
    for (Resource.Type type : REMOVALS) {
      push(feed(type), () -> impatient || mayRemove(), false, true);
    }
    boolean waiting =
        allFeeds.stream().anyMatch(feed -> !feed.due.isEmpty() || !feed.gone.isEmpty());
    if (!waiting) {
      impatience.disarm();
    } else if (!impatience.isArmed()) {
      services.loop().arm(impatience, services.loop().nanoTime() + PATIENCE.toNanos());
    }
  }

  private void push(Feed feed, BooleanSupplier allowed, boolean askedOnly, boolean removals) {
    if (!feed.started || feed.inFlight || !outlet.isReady() || !allowed.getAsBoolean()) {
      return;
    }
    String nonce = Long.toString(nonces + 1);
    Push<R> push =
        removals
            ? dialect.removals(feed, config, nonce)
            : dialect.additions(feed, config, askedOnly, nonce);
    if (push != null) {
      nonces++;
      feed.nonce = nonce;
      feed.inFlight = true;
      feed.sentRevision = config.revision();
      outlet.send(push.response());
      follows(feed.type, push.fresh());
    }
  }

  /** Routes and listeners may refer to clusters that the client is still to learn of. */
  private boolean mustWait(Resource.Type type) {
    return (type == Resource.Type.LISTENER || type == Resource.Type.ROUTES)
        && (feed(Resource.Type.CLUSTER).isPending()
            || feed(Resource.Type.ENDPOINTS).isPending()
            || !awaitedEndpoints.isEmpty());
  }

  /** What a removed resource was needed for must be over. */
  private boolean mayRemove() {
    return services.loop().nanoTime() - openedAt >= PATIENCE.toNanos()
        && awaitedEndpoints.isEmpty()
        && allFeeds.stream().noneMatch(Feed::isPending);
  }

  /** What was sent makes the client need something else, again or for the first time. */
  private void follows(Resource.Type type, List<ServedResource> fresh) {
    if (type == Resource.Type.CLUSTER) {
      fresh.forEach(cluster -> follows(cluster, Resource.Type.ENDPOINTS));
    } else if (type == Resource.Type.LISTENER) {
      fresh.forEach(listener -> follows(listener, Resource.Type.ROUTES));
    }
  }

  private void follows(ServedResource sent, Resource.Type type) {
    Feed feed = feed(type);
    for (Resource.Key key : sent.references()) {
      if (key.type() == type && feed.wants(key.name())) {
        resend(feed, key.name());
      } else if (key.type() == type && type == Resource.Type.ENDPOINTS) {
        awaitedEndpoints.add(key.name());
      }
    }
  }

  /** Envoy warms a changed cluster or listener anew, and waits for what it had already. */
  private void resend(Feed feed, String name) {
    if (node != null
        && node.kind() == NodeKind.ENVOY
        && feed.versions.remove(name) != null
        && config.find(feed.type, name) != null) {
      feed.due.add(name);
    }
  }

  void closed() {
    impatience.disarm();
    if (node != null) {
      services.registrations().closed(this);
    }
  }

  String name() {
    return node == null ? peer.address() : node.node().id() + " at " + peer.address();
  }

  /** What the client has of each type that it asked for. */
  Map<Resource.Type, NodeStatus.OfType> status() {
    var status = new LinkedHashMap<Resource.Type, NodeStatus.OfType>();
    for (Feed feed : allFeeds) {
      if (feed.started) {
        status.put(
            feed.type,
            new NodeStatus.OfType(
                feed.versions.size(),
                feed.sentRevision,
                feed.acceptedRevision,
                feed.rejection,
                feed.isPending() || !feed.gone.isEmpty()));
      }
    }
    return status;
  }
}
