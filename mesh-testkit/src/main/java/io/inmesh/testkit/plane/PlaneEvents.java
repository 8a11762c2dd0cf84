package io.inmesh.testkit.plane;

import io.inmesh.config.Resource;
import io.inmesh.loop.EventLoop;
import io.inmesh.plane.ConfigPlane.Events;
import io.inmesh.plane.ConfigPlane.Rejection;
import io.inmesh.plane.ConfigPlane.Status;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Records what a plane says, checks that it says it on the config loop, and lets a test wait. */
public final class PlaneEvents implements Events {
  private static final long PATIENCE_SECONDS = 20;

  private final EventLoop loop;
  private final Lock lock = new ReentrantLock();
  private final Condition said = lock.newCondition();
  private final Map<Resource.Key, Optional<Resource>> state = new HashMap<>();
  private final Map<Resource.Key, Integer> deliveries = new HashMap<>();
  private final List<Rejection> rejections = new ArrayList<>();
  private final List<Status> statuses = new ArrayList<>();
  private final Map<Resource.Key, List<String>> unsupported = new HashMap<>();
  private final List<String> revisions = new ArrayList<>();
  private boolean elsewhere;

  /** Events that must come on a loop. */
  public PlaneEvents(EventLoop loop) {
    this.loop = loop;
  }

  /**
   * What was said up to a moment.
   *
   * @param deliveries how often each key was part of an update
   * @param elsewhere whether something was said on another thread than the loop's
   */
  public record Said(
      Map<Resource.Key, Optional<Resource>> state,
      Map<Resource.Key, Integer> deliveries,
      List<String> revisions,
      List<Rejection> rejections,
      List<Status> statuses,
      Map<Resource.Key, List<String>> unsupported,
      boolean elsewhere) {
    /** The resource of a key, or null. */
    public @Nullable Resource resource(Resource.Key key) {
      return state.getOrDefault(key, Optional.empty()).orElse(null);
    }

    /** Whether the plane said that there is no such resource. */
    public boolean isAbsent(Resource.Key key) {
      return state.containsKey(key) && resource(key) == null;
    }

    /** The last revision; empty if there was none. */
    public String revision() {
      return revisions.isEmpty() ? "" : revisions.get(revisions.size() - 1);
    }
  }

  private void record(Runnable change) {
    lock.lock();
    try {
      elsewhere |= !loop.inLoop();
      change.run();
      said.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void changed(Map<Resource.Key, Optional<Resource>> update, String revision) {
    record(
        () -> {
          state.putAll(update);
          update.keySet().forEach(key -> deliveries.merge(key, 1, Integer::sum));
          revisions.add(revision);
        });
  }

  @Override
  public void rejected(Rejection rejection) {
    record(() -> rejections.add(rejection));
  }

  @Override
  public void unsupported(Resource.Key key, List<String> fields) {
    record(() -> unsupported.put(key, fields));
  }

  @Override
  public void status(Status status) {
    record(() -> statuses.add(status));
  }

  /** All that was said so far. */
  public Said now() {
    lock.lock();
    try {
      return new Said(
          Map.copyOf(state),
          Map.copyOf(deliveries),
          List.copyOf(revisions),
          List.copyOf(rejections),
          List.copyOf(statuses),
          Map.copyOf(unsupported),
          elsewhere);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until something has been said.
   *
   * @throws AssertionError if it is not said in time
   */
  public Said await(String what, Predicate<Said> condition) {
    long left = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    lock.lock();
    try {
      for (Said now = now(); !condition.test(now); now = now()) {
        if (left <= 0) {
          throw new AssertionError("not in time: " + what + "; said was " + now);
        }
        left = said.awaitNanos(left);
      }
      return now();
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted: " + what, stop);
    } finally {
      lock.unlock();
    }
  }
}
