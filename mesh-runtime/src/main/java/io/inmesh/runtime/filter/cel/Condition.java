package io.inmesh.runtime.filter.cel;

import io.inmesh.config.CelExpression;
import io.inmesh.config.CelExpression.Dialect;
import io.inmesh.runtime.format.ProcessFacts;
import io.inmesh.runtime.stage.FilteredCall;

/** A compiled condition. */
public final class Condition {
  private final Term term;

  /**
   * Compiles a condition.
   *
   * @throws IllegalArgumentException if it asks for what is not known; does not happen for config
   *     that the codec let pass
   */
  public Condition(CelExpression expression, Dialect dialect, ProcessFacts process) {
    this.term = new Compilation(new Attributes(process), dialect).term(expression);
  }

  /** Whether it is true; one that fails is not. */
  public boolean holds(FilteredCall call) {
    return Boolean.TRUE.equals(term.value(call));
  }
}
