package io.inmesh.runtime;

import java.util.ArrayList;
import java.util.List;

/** What is done at the end, in three groups; in each, what was made last is closed first. */
final class Closing implements Runnable {
  private final List<Runnable> first = new ArrayList<>();
  private final List<Runnable> then = new ArrayList<>();
  private final List<Runnable> last = new ArrayList<>();

  /** Before the connections. */
  void first(Runnable step) {
    first.add(0, step);
  }

  /** Connections. */
  void then(Runnable step) {
    then.add(0, step);
  }

  /** Threads. */
  void last(Runnable step) {
    last.add(0, step);
  }

  @Override
  public void run() {
    first.forEach(Runnable::run);
    then.forEach(Runnable::run);
    last.forEach(Runnable::run);
  }
}
