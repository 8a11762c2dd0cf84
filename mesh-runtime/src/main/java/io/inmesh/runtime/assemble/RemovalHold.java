package io.inmesh.runtime.assemble;

import io.inmesh.config.Resource;
import io.inmesh.loop.EventLoop;
import io.inmesh.loop.Timer;
import io.inmesh.runtime.resolve.Resolution;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Holds removals back if a plane, soon after it was reached again, takes away over half of a type:
 * it may have lost what it knew. A removal waits as long as hosts behind the resource answer. Hosts
 * that are really gone stop answering, and then it takes effect. Owner: the config thread.
 */
final class RemovalHold extends Timer {
  /** How long after a connection was made removals are looked at. */
  static final Duration SUSPICION = Duration.ofSeconds(30);

  /** How long no host may answer until a removal takes effect. */
  static final Duration SILENCE = Duration.ofSeconds(5);

  private static final System.Logger LOG = System.getLogger("io.inmesh.config");

  /** Secrets may have been stolen, and endpoints are held by their cluster. */
  private static final Set<Resource.Type> NEVER =
      EnumSet.of(Resource.Type.SECRET, Resource.Type.ENDPOINTS, Resource.Type.VIRTUAL_HOST);

  private final EventLoop loop;
  private final Resolution resolution;
  private final Surroundings around;
  private final Set<Resource.Key> held = new LinkedHashSet<>();
  private boolean connected;
  private long suspiciousUntil;

  /** What it asks and tells. */
  interface Surroundings {
    /** One look at who answers: whether hosts behind a resource did since the last look. */
    Predicate<Resource.Key> look();

    /** These removals take effect after all. */
    void release(Map<Resource.Key, Optional<Resource>> removals);

    /** All that is held has changed. */
    void held(Set<Resource.Key> now);
  }

  RemovalHold(EventLoop loop, Resolution resolution, Surroundings around) {
    this.loop = loop;
    this.resolution = resolution;
    this.around = around;
    this.suspiciousUntil = loop.nanoTime();
  }

  /** Whether there is a connection to the plane. */
  void connected(boolean now) {
    if (now && !connected) {
      suspiciousUntil = loop.nanoTime() + SUSPICION.toNanos();
    }
    connected = now;
  }

  /** What of an update takes effect at once. */
  Map<Resource.Key, Optional<Resource>> withhold(Map<Resource.Key, Optional<Resource>> update) {
    if (!held.isEmpty()) {
      comeBack(update);
    }
    if (loop.nanoTime() - suspiciousUntil >= 0) {
      return update;
    }
    List<Resource.Key> suspicious = suspicious(update);
    if (suspicious.isEmpty()) {
      return update;
    }
    Predicate<Resource.Key> answers = around.look();
    List<Resource.Key> more = suspicious.stream().filter(answers).toList();
    if (more.isEmpty()) {
      return update;
    }
    LOG.log(
        Level.WARNING,
        "the plane takes over half of a type away just after it was reached; held back, because"
            + " hosts answer: {0}",
        more);
    var rest = new HashMap<>(update);
    more.forEach(rest::remove);
    held.addAll(more);
    around.held(Set.copyOf(held));
    if (!isArmed()) {
      loop.arm(this, loop.nanoTime() + SILENCE.toNanos());
    }
    return rest;
  }

  private void comeBack(Map<Resource.Key, Optional<Resource>> update) {
    if (held.removeIf(key -> update.getOrDefault(key, Optional.empty()).isPresent())) {
      changed();
    }
  }

  private List<Resource.Key> suspicious(Map<Resource.Key, Optional<Resource>> update) {
    var suspicious = new ArrayList<Resource.Key>();
    for (Resource.Type type : Resource.Type.values()) {
      if (!NEVER.contains(type)) {
        List<Resource.Key> gone =
            update.entrySet().stream()
                .filter(entry -> entry.getKey().type() == type && entry.getValue().isEmpty())
                .map(Map.Entry::getKey)
                .filter(resolution::isPresent)
                .toList();
        long before = held.stream().filter(key -> key.type() == type).count();
        if (!gone.isEmpty() && 2 * (gone.size() + before) > resolution.present(type)) {
          suspicious.addAll(gone);
        }
      }
    }
    return suspicious;
  }

  @Override
  protected void onTimer() {
    boolean fewer = held.removeIf(key -> !resolution.isPresent(key));
    Predicate<Resource.Key> answers = around.look();
    var released = new HashMap<Resource.Key, Optional<Resource>>();
    for (Resource.Key key : held) {
      if (!answers.test(key)) {
        released.put(key, Optional.empty());
      }
    }
    held.removeAll(released.keySet());
    if (!released.isEmpty()) {
      LOG.log(Level.WARNING, "no host behind them answers, they are gone: {0}", released.keySet());
    }
    if (fewer || !released.isEmpty()) {
      changed();
    }
    if (!held.isEmpty()) {
      loop.arm(this, loop.nanoTime() + SILENCE.toNanos());
    }
    if (!released.isEmpty()) {
      around.release(released);
    }
  }

  private void changed() {
    around.held(Set.copyOf(held));
    if (held.isEmpty()) {
      disarm();
    }
  }

  /** Lets go of everything. */
  void close() {
    held.clear();
    disarm();
  }
}
