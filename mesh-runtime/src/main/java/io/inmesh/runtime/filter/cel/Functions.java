package io.inmesh.runtime.filter.cel;

import com.google.re2j.Pattern;
import io.inmesh.config.CelExpression;
import io.inmesh.config.CelExpression.Constant;
import io.inmesh.config.CelExpression.Dialect;
import java.util.List;
import java.util.function.IntPredicate;

/** Functions and operators over values. */
final class Functions {
  private final Arithmetic arithmetic;

  Functions(Dialect dialect) {
    this.arithmetic = new Arithmetic(dialect.concatenation());
  }

  private interface One {
    Object apply(Object value);
  }

  interface Two {
    Object apply(Object left, Object right);
  }

  /** The term of a function that the vocabulary has. */
  Term term(String name, List<CelExpression> operands, List<Term> terms) {
    switch (name) {
      case "!_":
        return one(terms, value -> value instanceof Boolean is ? (Object) !is : Term.FAILED);
      case "_==_":
        return two(terms, Values::equal);
      case "_!=_":
        return two(terms, (a, b) -> !Values.equal(a, b));
      case "_<_":
        return order(terms, order -> order < 0);
      case "_<=_":
        return order(terms, order -> order <= 0);
      case "_>_":
        return order(terms, order -> order > 0);
      case "_>=_":
        return order(terms, order -> order >= 0);
      case "_[_]":
        return two(terms, Values::at);
      case "@in":
      case "_in_":
      case "in":
        return two(terms, Values::in);
      case "size":
        return one(terms, Values::size);
      case "matches":
        return matches(terms.get(0), (String) ((Constant) operands.get(1)).value());
      case "startsWith":
        return text(terms, String::startsWith);
      case "endsWith":
        return text(terms, String::endsWith);
      case "contains":
        return text(terms, String::contains);
      case "replace":
        return replace(terms);
      case "split":
        return two(terms, Strings::split);
      default:
        return other(name, operands, terms);
    }
  }

  private Term other(String name, List<CelExpression> operands, List<Term> terms) {
    Two operator = arithmetic.operator(name);
    if (operator != null) {
      return two(terms, operator);
    }
    if (name.startsWith("get")) {
      String zone = terms.size() == 1 ? "UTC" : (String) ((Constant) operands.get(1)).value();
      var part = new TimePart(name, zone);
      return one(List.of(terms.get(0)), part::of);
    }
    return one(terms, value -> Conversions.convert(name, value));
  }

  private static Term one(List<Term> terms, One function) {
    Term operand = terms.get(0);
    return call -> {
      Object value = operand.value(call);
      return value == Term.FAILED ? Term.FAILED : function.apply(value);
    };
  }

  private static Term two(List<Term> terms, Two function) {
    Term left = terms.get(0);
    Term right = terms.get(1);
    return call -> {
      Object a = left.value(call);
      Object b = right.value(call);
      return a == Term.FAILED || b == Term.FAILED ? Term.FAILED : function.apply(a, b);
    };
  }

  private static Term order(List<Term> terms, IntPredicate holds) {
    return two(
        terms,
        (a, b) -> {
          Integer order = Values.order(a, b);
          boolean numbers = order == null && a instanceof Number && b instanceof Number;
          return order != null ? holds.test(order) : numbers ? (Object) false : Term.FAILED;
        });
  }

  private interface TextTest {
    boolean test(String text, String part);
  }

  private static Term text(List<Term> terms, TextTest test) {
    return two(
        terms,
        (a, b) ->
            a instanceof String text && b instanceof String part
                ? (Object) test.test(text, part)
                : Term.FAILED);
  }

  private static Term matches(Term operand, String regex) {
    Pattern pattern = Pattern.compile(regex);
    return call ->
        operand.value(call) instanceof String text
            ? (Object) pattern.matcher(text).find()
            : Term.FAILED;
  }

  private static Term replace(List<Term> terms) {
    return call ->
        terms.get(0).value(call) instanceof String text
                && terms.get(1).value(call) instanceof String from
                && terms.get(2).value(call) instanceof String to
            ? text.replace(from, to)
            : Term.FAILED;
  }
}
