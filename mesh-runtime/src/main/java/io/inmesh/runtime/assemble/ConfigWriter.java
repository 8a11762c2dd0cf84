package io.inmesh.runtime.assemble;

import io.inmesh.MeshStatus;
import io.inmesh.config.Collection;
import io.inmesh.config.Node;
import io.inmesh.config.Resource;
import io.inmesh.loop.EventLoop;
import io.inmesh.plane.ConfigPlane;
import io.inmesh.plane.ConfigPlane.Rejection;
import io.inmesh.plane.ConfigPlane.Status;
import io.inmesh.plane.PlaneContext;
import io.inmesh.plane.Support;
import io.inmesh.runtime.cluster.ClusterRuntime;
import io.inmesh.runtime.live.Scope;
import io.inmesh.runtime.resolve.Resolution;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The one writer: plane event, resolution, wants, assembly, publication. Owner: the config thread,
 * except where said.
 */
public final class ConfigWriter implements ConfigPlane.Events {
  private static final System.Logger LOG = System.getLogger("io.inmesh.config");

  private final Assembler assembler;
  private final Resolution resolution;
  private final Destinations destinations;
  private final Demanded demanded;
  private final EventLoop loop;

  /** Calls that came before the listeners did, where these cannot be asked for by name. */
  private final List<Runnable> early = new ArrayList<>();

  /** A plane may invent names without end. */
  private static final int MOST_REJECTIONS = 1_000;

  private final LogBudget lines;
  private final boolean allListeners;
  private final Support support;
  private final Map<Resource.Key, Rejection> rejections = new LinkedHashMap<>();
  private final Map<Resource.Key, List<String>> unsupported = new LinkedHashMap<>();
  private ConfigPlane.@Nullable Session session;
  private Set<Resource.Key> asked = Set.of();
  private Set<Resource.Key> askedLeaving = Set.of();
  private final @Nullable RemovalHold hold;
  private volatile Set<Resource.Key> heldBack = Set.of();
  private boolean tellDue;
  private volatile Dataplane current;
  private volatile boolean settled;
  private volatile Known known =
      new Known(MeshStatus.Source.NONE, new Status(false, "", ""), List.of(), Map.of());

  /**
   * What is known about the config itself.
   *
   * @param rejections refused, and not yet replaced by something good
   * @param unsupported fields that are set and not honoured
   */
  public record Known(
      MeshStatus.Source source,
      Status plane,
      List<Rejection> rejections,
      Map<Resource.Key, List<String>> unsupported) {
    public Known {
      rejections = List.copyOf(rejections);
      unsupported = Map.copyOf(unsupported);
    }
  }

  /**
   * A writer; nothing happens before {@link #open}.
   *
   * @param loop the config thread's
   */
  public ConfigWriter(Assembler assembler, Dialer dialer, EventLoop loop) {
    this(assembler, dialer, loop, Support.DEFAULT);
  }

  /**
   * The same.
   *
   * @param support says what the log tells
   */
  public ConfigWriter(Assembler assembler, Dialer dialer, EventLoop loop, Support support) {
    this.support = support;
    this.lines = new LogBudget(loop.nanoTime());
    this.assembler = assembler;
    this.loop = loop;
    this.allListeners = dialer.allListeners();
    this.resolution = new Resolution(allListeners);
    this.destinations = new Destinations(dialer, loop);
    this.demanded =
        new Demanded(
            resolution, loop, key -> step(resolution.release(key), this.current.revision()));
    this.current = assembler.empty();
    this.hold = assembler.clusters().holdsEmptyUpdates() ? hold() : null;
  }

  private RemovalHold hold() {
    return new RemovalHold(
        loop,
        resolution,
        new RemovalHold.Surroundings() {
          @Override
          public Predicate<Resource.Key> look() {
            return ConfigWriter.this.look();
          }

          @Override
          public void release(Map<Resource.Key, Optional<Resource>> removals) {
            apply(removals, current.revision());
          }

          @Override
          public void held(Set<Resource.Key> now) {
            heldBack = now;
            assembler.clusters().events().removalsHeldBack(now);
          }
        });
  }

  /** Each cluster is asked once, because asking clears its mark. */
  private Predicate<Resource.Key> look() {
    Map<String, Boolean> seen = new HashMap<>();
    return key -> {
      boolean any = false;
      for (Resource.Key below : resolution.below(key)) {
        ClusterRuntime cluster =
            below.type() == Resource.Type.CLUSTER ? current.find(below.name()) : null;
        any |= cluster != null && seen.computeIfAbsent(below.name(), name -> cluster.hasAnswered());
      }
      return any;
    };
  }

  /** Subscribes. On the config thread. */
  public void open(ConfigPlane plane, Node node, SecretView secrets) {
    session = plane.open(new PlaneContext(node, loop, secrets, this, assembler.clusters().loads()));
    destinations.start(
        new Destinations.Sweeping() {
          @Override
          public Set<String> used() {
            return assembler.used();
          }

          @Override
          public void release(List<Resource.Key> listeners) {
            listeners.forEach(key -> step(resolution.release(key), current.revision()));
          }
        });
    var changed = new HashSet<Resource.Key>();
    assembler.layers().forEach(key -> changed.addAll(resolution.want(key)));
    step(changed, current.revision());
  }

  /** The config in force. From any thread; a call reads it once. */
  public Dataplane dataplane() {
    return current;
  }

  /** What is known about the config. From any thread. */
  public Known known() {
    return known;
  }

  /** What is known of a destination; null if nobody has asked for it. From any thread. */
  public @Nullable Destination destination(String name) {
    return destinations.find(name);
  }

  /** A destination that is needed as long as this process lives. */
  public void want(String destination) {
    if (!allListeners) {
      add(destination, true);
    }
  }

  /**
   * A destination that a call needs.
   *
   * @param answered runs once it is known whether there is such a destination; at once if there are
   *     too many. If the plane is asked for all listeners, it runs when the first have arrived
   */
  public void ask(String destination, Runnable answered) {
    if (allListeners) {
      early.add(answered);
      tellEarly();
      return;
    }
    Destination found = add(destination, false);
    if (found == null) {
      answered.run();
    } else {
      found.await(answered);
    }
  }

  /**
   * A virtual host or a cluster that a call is held for.
   *
   * @param answered runs once it is served, or known not to exist; at once if there are too many
   */
  public void demand(Resource.Key key, Runnable answered) {
    if (demanded.add(key, answered)) {
      step(resolution.want(key), current.revision());
    }
    demanded.update(key);
  }

  /** Whether the plane is asked for all listeners, so that none can be asked for by name. */
  boolean asksForAll() {
    return allListeners;
  }

  /** Whether the plane has answered and all listeners of then were complete. From any thread. */
  public boolean isSettled() {
    return settled;
  }

  private void tellEarly() {
    settled = settled || (hasAnswered() && resolution.isSettled());
    if (settled && !early.isEmpty()) {
      List<Runnable> all = List.copyOf(early);
      early.clear();
      all.forEach(Runnable::run);
    }
  }

  private @Nullable Destination add(String name, boolean pinned) {
    Destination known = destinations.find(name);
    Destination destination = destinations.add(name, pinned);
    if (destination != null && known == null) {
      var changed = new HashSet<Resource.Key>();
      destination.listeners().forEach(key -> changed.addAll(resolution.want(key)));
      step(changed, current.revision());
      destinations.update(destination, resolution);
    }
    return destination;
  }

  /** Whether the plane, or the state directory, has said anything yet. From any thread. */
  public boolean hasAnswered() {
    return known.source() != MeshStatus.Source.NONE;
  }

  /** Passes on that something about this process has changed. */
  public void node(Node node) {
    if (session != null) {
      session.node(node);
    }
  }

  @Override
  public void changed(Map<Resource.Key, Optional<Resource>> update, String revision) {
    rejections.keySet().removeAll(update.keySet());
    for (Map.Entry<Resource.Key, Optional<Resource>> entry : update.entrySet()) {
      if (entry.getValue().isEmpty()) {
        unsupported.remove(entry.getKey());
      }
    }
    boolean fromDisk = revision.startsWith(ConfigPlane.FROM_DISK);
    var source = fromDisk ? MeshStatus.Source.STATE_DIRECTORY : MeshStatus.Source.PLANE;
    tell(source, known.plane());
    apply(hold == null ? update : hold.withhold(update), revision);
  }

  private void apply(Map<Resource.Key, Optional<Resource>> update, String revision) {
    step(resolution.apply(update), revision);
    destinations.update(update.keySet(), resolution);
    demanded.update(update.keySet());
  }

  private void tell(MeshStatus.Source source, Status plane) {
    known = new Known(source, plane, List.copyOf(rejections.values()), unsupported);
  }

  private void step(Set<Resource.Key> changed, String revision) {
    ask();
    if (!changed.isEmpty()) {
      Assembler.Assembly made = assembler.apply(resolution, changed, revision, current);
      current = made.dataplane();
      made.retired().forEach(Scope::close);
    }
    destinations.update(changed, resolution);
    demanded.update(changed);
    tellEarly();
  }

  private void ask() {
    Set<Resource.Key> names = resolution.wanted();
    Set<Resource.Key> leaving = resolution.leaving();
    if (session != null && (asked != names || !askedLeaving.equals(leaving))) {
      asked = names;
      askedLeaving = leaving;
      session.want(names, leaving);
    }
  }

  @Override
  public void rejected(Rejection rejection) {
    var key = new Resource.Key(rejection.type(), rejection.name());
    if (!rejection.equals(rejections.get(key))) {
      log(
          Level.WARNING,
          "{0} {1} is refused, what was served goes on: {2}",
          rejection.type(),
          rejection.name(),
          rejection.reason());
    }
    rejections.remove(key);
    if (rejections.size() >= MOST_REJECTIONS) {
      rejections.remove(rejections.keySet().iterator().next());
    }
    rejections.put(key, rejection);
    tellSoon();
    if (key.type() == Resource.Type.CLUSTER && !resolution.hasHeardOf(key)) {
      // Routes to other clusters need not wait for it, as in Envoy.
      apply(Map.of(key, Optional.empty()), current.revision());
    }
  }

  private void log(Level level, String text, Object... values) {
    if (lines.take(loop.nanoTime())) {
      long left = lines.takeLeft();
      if (left > 0) {
        LOG.log(Level.WARNING, "{0} lines about config were not logged", left);
      }
      LOG.log(level, text, values);
    }
  }

  @Override
  public void unsupported(Resource.Key key, List<String> fields) {
    if (fields.isEmpty()) {
      unsupported.remove(key);
    } else {
      unsupported.put(key, List.copyOf(fields));
      Level level = support.of(key.type()) == Support.Mode.LENIENT ? Level.DEBUG : Level.WARNING;
      log(level, "{0} {1} is not honoured in full: {2}", key.type(), key.name(), fields);
    }
    tellSoon();
  }

  /** What many resources of one response have to say is put together once. */
  private void tellSoon() {
    if (!tellDue) {
      tellDue = true;
      loop.execute(
          () -> {
            tellDue = false;
            tell(known.source(), known.plane());
          });
    }
  }

  @Override
  public void status(Status status) {
    if (hold != null) {
      hold.connected(status.connected());
    }
    tell(known.source(), status);
  }

  /** All resources that are served. On the config thread. */
  public List<Resource> served() {
    return resolution.served().stream()
        .filter(resource -> !(resource instanceof Collection))
        .toList();
  }

  /**
   * Resources that the plane has taken away and that are kept, because hosts behind them answer.
   * From any thread.
   */
  public Set<Resource.Key> heldBack() {
    return heldBack;
  }

  /** How many resources the last update looked at. */
  public int visits() {
    return resolution.visits();
  }

  /** How many live parts there are. */
  public int liveParts() {
    return assembler.liveParts();
  }

  /** All that the plane is asked for. */
  public Set<Resource.Key> wanted() {
    return resolution.wanted();
  }

  /** Unsubscribes and lets go of everything: connections drain. */
  public void close() {
    if (session != null) {
      session.close();
      session = null;
    }
    destinations.stop();
    demanded.close();
    if (hold != null) {
      hold.close();
    }
    step(resolution.clear(), current.revision());
  }
}
