package io.inmesh.runtime.assemble;

import io.inmesh.config.Resource;
import java.util.ArrayList;
import java.util.List;

/**
 * What is known of one destination that calls have asked for. The state is read from any thread;
 * the rest belongs to the config thread.
 */
public final class Destination {
  private final String name;
  private final List<Resource.Key> listeners;
  private final List<Runnable> waiting = new ArrayList<>();
  private volatile State state = State.UNKNOWN;

  /** Whether the application has asked for it itself: then it is never let go. */
  boolean pinned;

  /** When it was last known to be used. */
  long usedAt;

  /** What config says of a destination. */
  public enum State {
    /** The plane has not answered. */
    UNKNOWN,
    /** The plane knows it; something that it depends on has not arrived. */
    INCOMPLETE,
    /** A listener takes its calls. */
    SERVED,
    /** The plane does not know it. */
    ABSENT
  }

  Destination(String name, List<Resource.Key> listeners) {
    this.name = name;
    this.listeners = listeners;
  }

  /** Host, or host and port. */
  public String name() {
    return name;
  }

  /** What is known now. */
  public State state() {
    return state;
  }

  List<Resource.Key> listeners() {
    return listeners;
  }

  private boolean isDecided() {
    return state == State.SERVED || state == State.ABSENT;
  }

  /** On the config thread: runs {@code answered} once it is served or known to be absent. */
  void await(Runnable answered) {
    if (isDecided()) {
      answered.run();
    } else {
      waiting.add(answered);
    }
  }

  void update(State next) {
    state = next;
    if (isDecided() && !waiting.isEmpty()) {
      List<Runnable> all = List.copyOf(waiting);
      waiting.clear();
      all.forEach(Runnable::run);
    }
  }
}
