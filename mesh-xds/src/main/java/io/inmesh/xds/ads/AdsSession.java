package io.inmesh.xds.ads;

import io.inmesh.config.Node;
import io.inmesh.config.Resource;
import io.inmesh.loop.EventLoop;
import io.inmesh.plane.ConfigPlane.Events;
import io.inmesh.plane.ConfigPlane.Session;
import io.inmesh.plane.ConfigPlane.Status;
import io.inmesh.plane.PlaneContext;
import io.inmesh.xds.ads.AdsStream.Opener;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A subscription to a plane: which names are wanted, what is known of them, and the stream of now.
 * Owner: the config loop; {@link #status} may be asked from any thread.
 *
 * @param <Q> requests
 * @param <R> responses
 */
final class AdsSession<Q, R> implements Session {
  private final Settings<Q, R> settings;
  private final EventLoop loop;
  private final Events events;
  private final Intake.Surroundings around;
  private final PerType<Subscription> subscriptions = new PerType<>(Subscription::new);
  private final PerType<Patience> patience;
  private final PerType<Unasked> unasked = new PerType<>(type -> new Unasked());
  private final Recollection recollection;
  private final Connector<Q, R> connector;
  private Node node;
  private @Nullable Link<Q, R> link;
  private boolean flushDue;
  private boolean closed;
  private volatile Status status;

  /**
   * What a session is made of.
   *
   * @param servers their names, for people
   */
  record Settings<Q, R>(
      AdsOptions options,
      List<String> servers,
      Opener<Q, R> opener,
      ExchangeMaker<Q, R> exchanges,
      ResourceDecoder decoder,
      ResourceMemory memory) {}

  /** Makes the protocol of a stream. */
  interface ExchangeMaker<Q, R> {
    Exchange<R> make(AdsStream<Q> stream, PerType<Subscription> subscriptions, Node node);
  }

  AdsSession(Settings<Q, R> settings, PlaneContext context) {
    this.settings = settings;
    this.loop = context.configLoop();
    this.events = context.events();
    this.node = context.node();
    this.status = new Status(false, settings.servers().get(0), "");
    this.around =
        new Intake.Surroundings(
            settings.decoder(),
            settings.memory(),
            new Expiries(loop, this::expired),
            new FetchTimes(settings.options().initialFetchTimeout().toNanos()),
            events);
    this.recollection = new Recollection(settings.memory(), settings.decoder());
    this.patience =
        new PerType<>(
            type ->
                new Patience(
                    loop, name -> around.times().of(type, name), names -> unanswered(type, names)));
    this.connector = new Connector<>(settings.options(), settings.servers().size(), loop, this);
  }

  /** On the loop, once. */
  void start() {
    if (!closed) {
      connector.connect();
    }
  }

  @Override
  public void want(Set<Resource.Key> names) {
    want(names, Set.of());
  }

  @Override
  public void want(Set<Resource.Key> names, Set<Resource.Key> leaving) {
    onLoop();
    if (closed) {
      return;
    }
    around.times().keep(names);
    Map<Resource.Type, Set<String>> byType = byType(names);
    Set<Resource.Type> narrower = leave(leaving);
    for (Resource.Type type : Resource.Type.values()) {
      Set<String> ofType = byType.getOrDefault(type, Set.of());
      boolean changed = subscriptions.of(type).want(ofType, this::forgotten);
      if (changed || narrower.contains(type)) {
        if (link != null) {
          link.namesChanged(type);
        }
        connector.namesChanged(type);
        scheduleFlush();
      }
    }
  }

  /** The types of which other names are on their way out now. */
  private Set<Resource.Type> leave(Set<Resource.Key> leaving) {
    Map<Resource.Type, Set<String>> byType = byType(leaving);
    var changed = EnumSet.noneOf(Resource.Type.class);
    for (Resource.Type type : Resource.Type.values()) {
      if (subscriptions.of(type).leave(byType.getOrDefault(type, Set.of()))) {
        changed.add(type);
      }
    }
    return changed;
  }

  private static Map<Resource.Type, Set<String>> byType(Set<Resource.Key> names) {
    Map<Resource.Type, Set<String>> byType = new EnumMap<>(Resource.Type.class);
    for (Resource.Key key : names) {
      byType.computeIfAbsent(key.type(), type -> new HashSet<>()).add(key.name());
    }
    return byType;
  }

  private void forgotten(Resource.Key key) {
    around.expiries().set(key, 0);
    around.memory().forget(key);
  }

  /** Several changes of one turn of the loop become one request a type. */
  private void scheduleFlush() {
    if (!flushDue) {
      flushDue = true;
      loop.execute(this::flush);
    }
  }

  private void flush() {
    flushDue = false;
    if (closed) {
      return;
    }
    recall();
    if (link != null) {
      link.flush();
      takeUnasked();
      if (link.isReady()) {
        waitForAnswers();
      }
    }
    connector.flush();
  }

  private void recall() {
    for (Resource.Type type : Resource.Type.values()) {
      Map<Resource.Key, Optional<Resource>> update =
          recollection.recall(subscriptions.of(type), events);
      if (recollection.isThere() && !subscriptions.of(type).answered()) {
        // Collections are not kept: what was kept does not wait for them.
        for (String name : subscriptions.of(type).unanswered()) {
          Resource.Key key = new Resource.Key(type, name);
          if (key.isCollection() && subscriptions.of(type).absent(name)) {
            update.put(key, Optional.empty());
          }
        }
      }
      if (!update.isEmpty()) {
        events.changed(update, recollection.revision());
      }
    }
  }

  private void takeUnasked() {
    for (Resource.Type type : Resource.Type.values()) {
      Subscription subscription = subscriptions.of(type);
      List<Delivery.Item> items = unasked.of(type).take(subscription);
      if (!items.isEmpty()) {
        String revision = subscription.revision();
        var delivery = new Delivery(type, revision, "", items, List.of(), List.of());
        Intake.take(subscription, delivery, false, around).tell().run();
      }
    }
  }

  private void waitForAnswers() {
    for (Resource.Type type : Resource.Type.values()) {
      Set<String> open = subscriptions.of(type).unanswered();
      if (link != null && link.exchange().whole()) {
        open = answerable(type, open);
      }
      patience.of(type).waitFor(open);
    }
  }

  /** Without those that only planes which send deltas are asked for: these do not exist. */
  private Set<String> answerable(Resource.Type type, Set<String> open) {
    var never = new HashSet<String>();
    for (String name : open) {
      if (type == Resource.Type.VIRTUAL_HOST || new Resource.Key(type, name).isCollection()) {
        never.add(name);
      }
    }
    if (never.isEmpty()) {
      return open;
    }
    unanswered(type, never);
    return subscriptions.of(type).unanswered();
  }

  private void unanswered(Resource.Type type, Set<String> names) {
    Subscription subscription = subscriptions.of(type);
    Map<Resource.Key, Optional<Resource>> update = new LinkedHashMap<>();
    for (String name : names) {
      if (subscription.names().contains(name)
          && subscription.held(name) == null
          && subscription.absent(name)) {
        update.put(new Resource.Key(type, name), Optional.empty());
      }
    }
    if (!update.isEmpty()) {
      events.changed(update, subscription.revision());
    }
  }

  private void expired(Resource.Key key) {
    Subscription subscription = subscriptions.of(key.type());
    if (subscription.remove(key.name()) != null) {
      subscription.absent(key.name());
      around.memory().forget(key);
      Map<Resource.Key, Optional<Resource>> update = new LinkedHashMap<>();
      update.put(key, Optional.empty());
      update.putAll(subscription.regrouped(false));
      events.changed(update, subscription.revision());
    }
  }

  @Override
  public void node(Node changed) {
    onLoop();
    node = changed;
    if (link != null) {
      link.introduce(changed);
    }
    scheduleFlush();
  }

  /** Opens a stream to a server; it serves once {@link #adopt adopted}. */
  Link<Q, R> open(int server) {
    return new Link<>(
        settings, server, subscriptions, node, loop, new Link.Owner<>(connector, this::response));
  }

  /** From now on this stream serves, accepted or not. */
  void adopt(Link<Q, R> fresh) {
    link = fresh;
    unasked.forEach(Unasked::clear);
    status(fresh.isAccepted(), fresh.server(), status.lastError());
  }

  /** The stream that serves has a connection: the plane can be expected to answer. */
  void ready(Link<Q, R> which) {
    which.flush();
    if (which == link) {
      waitForAnswers();
    }
  }

  void accepted(Link<Q, R> which) {
    status(true, which.server(), "");
  }

  /** The stream that served has ended. */
  void lost(Link<Q, R> which, String reason) {
    link = null;
    unasked.forEach(Unasked::clear);
    patience.forEach(Patience::clear);
    status(false, which.server(), reason);
  }

  private void status(boolean connected, int server, String error) {
    Status now = new Status(connected, settings.servers().get(server), error);
    if (!now.equals(status)) {
      status = now;
      events.status(now);
    }
  }

  private void response(Link<Q, R> from, R response) {
    Delivery delivery = from.exchange().read(response);
    if (delivery != null && from == link) {
      Subscription subscription = subscriptions.of(delivery.type());
      boolean whole = from.exchange().whole();
      if (!whole) {
        unasked.of(delivery.type()).note(delivery, subscription);
      }
      Intake.Outcome outcome = Intake.take(subscription, delivery, whole, around);
      from.exchange().answer(delivery, outcome.complaint());
      patience.of(delivery.type()).answered(outcome.answered());
      patience.of(delivery.type()).answered(Set.copyOf(delivery.removed()));
      try {
        outcome.tell().run();
      } finally {
        settle(from);
      }
    } else {
      from.next();
    }
  }

  private void settle(Link<Q, R> from) {
    if (!closed) {
      from.flush();
      from.next();
    }
  }

  @Override
  public Status status() {
    return status;
  }

  @Override
  public void close() {
    onLoop();
    if (closed) {
      return;
    }
    closed = true;
    connector.close();
    if (link != null) {
      link.close();
      link = null;
    }
    patience.forEach(Patience::clear);
    around.expiries().clear();
  }

  private void onLoop() {
    if (!loop.inLoop()) {
      throw new IllegalStateException("a session is used on the config loop only");
    }
  }
}
