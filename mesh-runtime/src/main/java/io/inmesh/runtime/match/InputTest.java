package io.inmesh.runtime.match;

import io.inmesh.config.CelExpression;
import io.inmesh.config.InputMatcher;
import io.inmesh.config.MatchInput;
import io.inmesh.config.MatchTree;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A compiled predicate of a {@link MatchTree}.
 *
 * @param <C> the calls it looks at
 */
@FunctionalInterface
public interface InputTest<C> {
  boolean matches(C call);

  static <C> InputTest<C> of(MatchTree.Predicate predicate, Compiler<C> inputs) {
    if (predicate instanceof MatchTree.AnyOf any) {
      List<InputTest<C>> tests = all(any.predicates(), inputs);
      return call -> {
        for (int i = 0; i < tests.size(); i++) {
          if (tests.get(i).matches(call)) {
            return true;
          }
        }
        return false;
      };
    }
    if (predicate instanceof MatchTree.AllOf every) {
      List<InputTest<C>> tests = all(every.predicates(), inputs);
      return call -> {
        for (int i = 0; i < tests.size(); i++) {
          if (!tests.get(i).matches(call)) {
            return false;
          }
        }
        return true;
      };
    }
    if (predicate instanceof MatchTree.Not not) {
      InputTest<C> test = of(not.predicate(), inputs);
      return call -> !test.matches(call);
    }
    return of((MatchTree.Holds) predicate, inputs);
  }

  private static <C> List<InputTest<C>> all(
      List<MatchTree.Predicate> predicates, Compiler<C> inputs) {
    return predicates.stream().map(each -> of(each, inputs)).toList();
  }

  private static <C> InputTest<C> of(MatchTree.Holds holds, Compiler<C> inputs) {
    if (holds.matcher() instanceof InputMatcher.Condition condition) {
      return inputs.condition(condition.expression());
    }
    Input<C> input = inputs.input(holds.input());
    ValueCheck check = ValueCheck.of(holds.matcher(), inputs.runtime());
    return call -> check.matches(input.value(call));
  }

  /** An input of a call. */
  @FunctionalInterface
  public interface Input<C> {
    /** Its value, mostly a String; null if there is none. */
    @Nullable Object value(C call);
  }

  /** Compiles what depends on the kind of the calls. */
  public interface Compiler<C> {
    /** What gives the value of an input. */
    Input<C> input(MatchInput input);

    /** What judges an expression. */
    InputTest<C> condition(CelExpression expression);

    /** Run-time values. */
    RuntimeValues runtime();
  }
}
