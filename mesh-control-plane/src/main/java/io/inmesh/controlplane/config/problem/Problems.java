package io.inmesh.controlplane.config.problem;

import io.inmesh.controlplane.config.problem.Problem.Severity;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Collects problems, so that several are reported together. Owner: the thread that reads. */
public final class Problems {
  private static final int LIMIT = 500;

  private final List<Problem> found = new ArrayList<>();
  private int errors;
  private int dropped;

  /** Adds one. Beyond a limit they are only counted. */
  public void add(Problem problem) {
    if (problem.isError()) {
      errors++;
    }
    if (found.size() < LIMIT) {
      found.add(problem);
    } else {
      dropped++;
    }
  }

  /** Adds all. */
  public void addAll(Collection<Problem> problems) {
    problems.forEach(this::add);
  }

  /** Adds an error at a position. */
  public void error(Position at, String message) {
    add(at.problem(Severity.ERROR, message));
  }

  /** Adds a warning at a position. */
  public void warn(Position at, String message) {
    add(at.problem(Severity.WARNING, message));
  }

  /** Adds an error about a file as a whole. */
  public void error(String file, String message) {
    error(new Position(file, 0, 0, "", ""), message);
  }

  /** Whether there is an error among them. */
  public boolean hasErrors() {
    return errors > 0;
  }

  /** How many errors there are, those beyond the limit included. */
  public int errors() {
    return errors;
  }

  /** All, in the order in which they were found. */
  public List<Problem> toList() {
    if (dropped == 0) {
      return List.copyOf(found);
    }
    var all = new ArrayList<>(found);
    var last = new Position("", 0, 0, "", "");
    all.add(last.problem(Severity.WARNING, dropped + " more problems are not shown"));
    return List.copyOf(all);
  }
}
