package io.inmesh.runtime.filter.cel;

import io.inmesh.call.Headers;
import io.inmesh.config.CelExpression;
import io.inmesh.config.CelExpression.Call;
import io.inmesh.config.CelExpression.Constant;
import io.inmesh.config.CelExpression.Dialect;
import io.inmesh.config.CelExpression.Field;
import io.inmesh.config.CelExpression.ListOf;
import io.inmesh.config.CelExpression.MapOf;
import io.inmesh.config.CelExpression.Variable;
import io.inmesh.runtime.stage.FilteredCall;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes terms of expressions: attributes, logic and literals; {@link Functions} has the rest. */
final class Compilation {
  private final Attributes attributes;
  private final Functions functions;

  Compilation(Attributes attributes, Dialect dialect) {
    this.attributes = attributes;
    this.functions = new Functions(dialect);
  }

  Term term(CelExpression expression) {
    if (expression instanceof Constant constant) {
      Object value = constant.value();
      return call -> value;
    }
    if (expression instanceof Field field) {
      return field(field);
    }
    if (expression instanceof Call call) {
      return call(call);
    }
    if (expression instanceof ListOf list) {
      return list(list);
    }
    if (expression instanceof MapOf map) {
      return map(map);
    }
    // A variable by itself: none is a value of its own here.
    return call -> Term.FAILED;
  }

  private Term field(Field field) {
    Term known = path(field.of(), field.name());
    if (known == null) {
      Term of = term(field.of());
      String name = field.name();
      known = call -> Values.at(of.value(call), name);
    }
    if (!field.test()) {
      return known;
    }
    Term of = isRoot(field.of()) ? null : term(field.of());
    Term tested = known;
    return call ->
        of != null && !isMap(of.value(call)) ? Term.FAILED : tested.value(call) != Term.FAILED;
  }

  private static boolean isRoot(CelExpression expression) {
    return expression instanceof Variable
        || (expression instanceof Field field && isMetadata(field));
  }

  private static boolean isMap(Object value) {
    return value instanceof Map || value instanceof HeaderFields;
  }

  /** What is found by a name in an attribute, or in a variable; null if this is neither. */
  private @Nullable Term path(CelExpression of, String name) {
    if (of instanceof Variable variable) {
      Term attribute = attributes.field(variable.name(), name);
      return attribute == null ? call -> Term.FAILED : attribute;
    }
    if (of instanceof Field field && isMetadata(field)) {
      return call -> Attributes.metadata(call, name);
    }
    if (of instanceof Field field
        && field.name().equals("headers")
        && field.of() instanceof Variable variable
        && variable.name().equals("request")) {
      return Attributes.header(Headers.lower(name));
    }
    return null;
  }

  private static boolean isMetadata(Field field) {
    return field.name().equals("filter_metadata")
        && field.of() instanceof Variable variable
        && variable.name().equals("metadata");
  }

  private Term call(Call call) {
    var operands = new ArrayList<CelExpression>();
    call.target().ifPresent(operands::add);
    operands.addAll(call.arguments());
    switch (call.function()) {
      case "_&&_":
        return both(term(operands.get(0)), term(operands.get(1)), Boolean.FALSE);
      case "_||_":
        return both(term(operands.get(0)), term(operands.get(1)), Boolean.TRUE);
      case "_?_:_":
        return choice(operands);
      case "_[_]":
        if (operands.get(1) instanceof Constant key && key.value() instanceof String name) {
          Term known = path(operands.get(0), name);
          if (known != null) {
            return known;
          }
        }
        break;
      default:
        break;
    }
    return functions.term(call.function(), operands, operands.stream().map(this::term).toList());
  }

  /** What decides at once decides even where the other side fails. */
  private static Term both(Term left, Term right, Boolean decides) {
    return call -> {
      Object a = left.value(call);
      if (decides.equals(a)) {
        return decides;
      }
      Object b = right.value(call);
      if (decides.equals(b)) {
        return decides;
      }
      return a instanceof Boolean && b instanceof Boolean ? !decides : Term.FAILED;
    };
  }

  private Term choice(List<CelExpression> operands) {
    Term condition = term(operands.get(0));
    Term yes = term(operands.get(1));
    Term no = term(operands.get(2));
    return call -> {
      Object chosen = condition.value(call);
      return chosen instanceof Boolean is ? (is ? yes : no).value(call) : Term.FAILED;
    };
  }

  private Term list(ListOf list) {
    Term[] elements = list.elements().stream().map(this::term).toArray(Term[]::new);
    if (list.elements().stream().allMatch(Constant.class::isInstance)) {
      List<CelExpression> constants = list.elements();
      Object value = constants.stream().map(each -> ((Constant) each).value()).toList();
      return call -> value;
    }
    return call -> elements(elements, call);
  }

  private static Object elements(Term[] elements, FilteredCall call) {
    var values = new ArrayList<Object>(elements.length);
    for (Term element : elements) {
      Object value = element.value(call);
      if (value == Term.FAILED) {
        return Term.FAILED;
      }
      values.add(value);
    }
    return values;
  }

  private Term map(MapOf map) {
    var keys = new ArrayList<Term>();
    var values = new ArrayList<Term>();
    for (CelExpression.Entry entry : map.entries()) {
      keys.add(term(entry.key()));
      values.add(term(entry.value()));
    }
    return call -> {
      var entries = new HashMap<Object, Object>();
      for (int i = 0; i < keys.size(); i++) {
        Object key = Values.key(keys.get(i).value(call));
        Object value = values.get(i).value(call);
        if (key == Term.FAILED || value == Term.FAILED || entries.put(key, value) != null) {
          return Term.FAILED;
        }
      }
      return entries;
    };
  }
}
