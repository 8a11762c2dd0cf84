package io.inmesh.controlplane.registry;

import io.inmesh.loop.EventLoop;
import io.inmesh.loop.Timer;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The instances that registered themselves. An instance lives as long as its stream, and one lease
 * longer: a process that breaks off may only have lost its connection. One that says goodbye goes
 * at once. What was known when the control plane stopped is known when it starts again, if the
 * registry file is there; each such instance then has one lease to come back.
 *
 * <p>Without the file, nothing is known of the instances that run. {@link #settled} tells when one
 * lease has passed, so that all have had the time to come back; before that, nobody may conclude
 * from an instance's absence that it is gone.
 *
 * <p>Owner: the loop; {@link #instances} may be read from any thread.
 */
public final class Registry {
  private static final System.Logger LOG = System.getLogger("io.inmesh.registry");

  private final EventLoop loop;
  private final Duration lease;
  private final @Nullable RegistryFile file;
  private final Map<String, Entry> entries = new TreeMap<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final Timer settling =
      new Timer() {
        @Override
        protected void onTimer() {
          settled = true;
          changed();
        }
      };

  private volatile List<Registration> instances = List.of();
  private volatile boolean settled;

  private final class Entry extends Timer {
    final Registration registration;

    /** The stream that keeps it alive; null while it lives on its lease. */
    @Nullable Object stream;

    Entry(Registration registration) {
      this.registration = registration;
    }

    @Override
    protected void onTimer() {
      LOG.log(Level.INFO, "{0} has not come back within {1}; removed", registration.key(), lease);
      entries.remove(registration.key());
      changed();
    }
  }

  /**
   * Takes up what the file holds.
   *
   * @param lease how long an instance stays without its stream
   * @param file where the registry is kept; null for nowhere
   */
  public Registry(EventLoop loop, Duration lease, @Nullable RegistryFile file) {
    this.loop = loop;
    this.lease = lease;
    this.file = file;
  }

  /** On the loop, once, before anything else. */
  public void start() {
    List<Registration> known = file == null ? null : file.read();
    if (known == null) {
      loop.arm(settling, loop.nanoTime() + lease.toNanos());
    } else {
      settled = true;
      for (Registration registration : known) {
        var entry = new Entry(registration);
        entries.put(registration.key(), entry);
        loop.arm(entry, loop.nanoTime() + lease.toNanos());
      }
    }
    publish();
  }

  /**
   * A stream says what it serves, for the first time or again. A draining instance is taken out.
   */
  public void registered(Object stream, Registration registration) {
    Entry before = entries.get(registration.key());
    if (registration.draining()) {
      if (before != null && (before.stream == stream || before.stream == null)) {
        before.disarm();
        entries.remove(registration.key());
        LOG.log(Level.INFO, "{0} says goodbye", registration.key());
        changed();
      }
      return;
    }
    var entry = new Entry(registration);
    entry.stream = stream;
    entries.put(registration.key(), entry);
    if (before != null) {
      before.disarm();
    }
    if (before == null || !before.registration.equals(registration)) {
      LOG.log(Level.INFO, "{0} registered", registration.key());
      changed();
    }
  }

  /** A stream broke: what it kept alive lives on for one lease. */
  public void lost(Object stream) {
    for (Entry entry : entries.values()) {
      if (entry.stream == stream) {
        entry.stream = null;
        loop.arm(entry, loop.nanoTime() + lease.toNanos());
      }
    }
  }

  private void changed() {
    publish();
    if (file != null && settled) {
      file.write(instances);
    }
    listeners.forEach(Runnable::run);
  }

  private void publish() {
    var now = new ArrayList<Registration>();
    entries.values().forEach(entry -> now.add(entry.registration));
    instances = List.copyOf(now);
  }

  /** All instances, in a stable order. */
  public List<Registration> instances() {
    return instances;
  }

  /** Whether every instance that runs has had the time to register. */
  public boolean settled() {
    return settled;
  }

  /** Runs on the loop after each change, and when the registry is settled. */
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }
}
