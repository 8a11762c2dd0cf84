package io.inmesh.runtime.match;

import io.inmesh.config.CelExpression;
import io.inmesh.config.MatchInput;
import io.inmesh.runtime.match.InputTest.Input;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The inputs that a request has before it is routed. */
public record RequestInputs(RuntimeValues runtime, UnaryOperator<String> environment)
    implements InputTest.Compiler<RouteInput> {
  @Override
  public Input<RouteInput> input(MatchInput input) {
    if (input instanceof MatchInput.Header header) {
      return call -> joined(call, header.name());
    }
    if (input instanceof MatchInput.FilterState state) {
      return call -> call.filterState(state.key());
    }
    if (input instanceof MatchInput.Environment variable) {
      String value = environment.apply(variable.name());
      return call -> value.isEmpty() ? null : value;
    }
    if (input instanceof MatchInput.DynamicMetadata metadata) {
      return call -> ValueTest.find(call, metadata.namespace(), metadata.path());
    }
    throw new IllegalArgumentException("not known before a request is routed: " + input);
  }

  @Override
  public InputTest<RouteInput> condition(CelExpression expression) {
    throw new IllegalArgumentException("no conditions before a request is routed");
  }

  /** All values of a header, joined by commas; null if there are none. */
  public static @Nullable String joined(RouteInput call, String name) {
    if (RequestFields.isPseudo(name)) {
      return RequestFields.pseudo(call, name);
    }
    String first = call.headers().get(name);
    if (first == null) {
      return null;
    }
    List<String> all = call.headers().all(name);
    return all.size() == 1 ? first : String.join(",", all);
  }
}
