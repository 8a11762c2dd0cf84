package io.inmesh.xds.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.NullValue;
import io.inmesh.config.CelExpression;
import io.inmesh.config.CelExpression.Bytes;
import io.inmesh.config.CelExpression.Dialect;
import io.inmesh.config.CelExpression.Unsigned;
import io.inmesh.config.CelVocabulary;
import io.inmesh.config.Metadata;
import io.inmesh.config.Rbac;
import io.inmesh.proto.envoy.config.core.v3.CelExpressionConfig;
import io.inmesh.proto.envoy.config.rbac.v3.Policy;
import io.inmesh.proto.google.api.expr.v1alpha1.Constant;
import io.inmesh.proto.google.api.expr.v1alpha1.Expr;
import io.inmesh.proto.google.api.expr.v1alpha1.Expr.CreateStruct;
import io.inmesh.proto.xds.type.matcher.v3.CelMatcher;
import io.inmesh.proto.xds.type.v3.CelExpression.ExprSpecifierCase;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Expressions of the Common Expression Language. The two packages of messages are wire-equal. */
final class CelCodec {
  static final String TYPE = "xds.type.matcher.v3.CelMatcher";

  private CelCodec() {}

  static Optional<Rbac.Condition> condition(Decoding in, Policy message) {
    boolean checked = message.hasCheckedCondition();
    if (!checked && !message.hasCondition()) {
      return Optional.empty();
    }
    Dialect dialect =
        message.hasCelConfig()
            ? new Dialect(
                message.getCelConfig().getEnableStringConversion(),
                message.getCelConfig().getEnableStringConcat(),
                message.getCelConfig().getEnableStringFunctions())
            : Dialect.PLAIN;
    // Envoy takes the checked one where both are there.
    Expr expr = checked ? message.getCheckedCondition().getExpr() : message.getCondition();
    String field = checked ? "checked_condition.expr" : "condition";
    return Optional.of(new Rbac.Condition(checked(in, field, expr, dialect), dialect));
  }

  static CelExpression matcher(Decoding in, CelMatcher message) {
    var from = message.getExprMatch();
    if (from.hasCelExprChecked()) {
      return wired(in, "cel_expr_checked", from.getCelExprChecked().getExpr().toByteString());
    }
    if (from.hasCelExprParsed()) {
      return wired(in, "cel_expr_parsed", from.getCelExprParsed().getExpr().toByteString());
    }
    if (from.getExprSpecifierCase() == ExprSpecifierCase.CHECKED_EXPR) {
      return checked(in, "checked_expr", from.getCheckedExpr().getExpr(), Dialect.PLAIN);
    }
    if (from.getExprSpecifierCase() == ExprSpecifierCase.PARSED_EXPR) {
      return checked(in, "parsed_expr", from.getParsedExpr().getExpr(), Dialect.PLAIN);
    }
    throw in.refuse("expr_match", "no expression is given");
  }

  private static CelExpression wired(Decoding in, String field, ByteString bytes) {
    return checked(in, "expr_match." + field, in.parse(bytes, Expr.parser()), Dialect.PLAIN);
  }

  private static CelExpression checked(Decoding in, String field, Expr expr, Dialect dialect) {
    CelExpression expression = in.inside(field, expr, CelCodec::expression);
    try {
      return CelVocabulary.check(expression, dialect);
    } catch (IllegalArgumentException wrong) {
      throw in.refuse(field, wrong);
    }
  }

  private static CelExpression expression(Decoding in, Expr expr) {
    switch (expr.getExprKindCase()) {
      case CONST_EXPR:
        return new CelExpression.Constant(constant(in, expr.getConstExpr()));
      case IDENT_EXPR:
        return new CelExpression.Variable(in.required("ident_expr", expr.getIdentExpr().getName()));
      case SELECT_EXPR:
        var select = expr.getSelectExpr();
        return new CelExpression.Field(
            in.inside("select_expr.operand", select.getOperand(), CelCodec::expression),
            in.required("select_expr.field", select.getField()),
            select.getTestOnly());
      case CALL_EXPR:
        return call(in, expr.getCallExpr());
      case LIST_EXPR:
        if (expr.getListExpr().getOptionalIndicesCount() > 0) {
          throw in.refuse("list_expr", "optional elements are not supported");
        }
        return new CelExpression.ListOf(
            in.each(
                "list_expr.elements", expr.getListExpr().getElementsList(), CelCodec::expression));
      case STRUCT_EXPR:
        return new CelExpression.MapOf(
            in.each("struct_expr.entries", expr.getStructExpr().getEntriesList(), CelCodec::entry));
      case COMPREHENSION_EXPR:
        throw in.refuse("comprehension_expr", "Envoy takes no comprehensions");
      default:
        throw in.refuse("no expression is given");
    }
  }

  private static CelExpression call(Decoding in, Expr.Call call) {
    String function = in.required("call_expr.function", call.getFunction());
    var made =
        new CelExpression.Call(
            function,
            in.inside(call.hasTarget(), "call_expr.target", call.getTarget(), CelCodec::expression),
            in.each("call_expr.args", call.getArgsList(), CelCodec::expression));
    if (function.equals("matches")
        && made.arguments().size() > 0
        && made.arguments().get(made.arguments().size() - 1)
            instanceof CelExpression.Constant literal
        && literal.value() instanceof String pattern) {
      in.regex("call_expr.args", pattern);
    }
    return made;
  }

  private static CelExpression.Entry entry(Decoding in, CreateStruct.Entry entry) {
    if (!entry.hasMapKey() || entry.getOptionalEntry()) {
      throw in.refuse("only maps are supported");
    }
    return new CelExpression.Entry(
        in.inside("map_key", entry.getMapKey(), CelCodec::expression),
        in.inside("value", entry.getValue(), CelCodec::expression));
  }

  private static Object constant(Decoding in, Constant constant) {
    switch (constant.getConstantKindCase()) {
      case BOOL_VALUE:
        return constant.getBoolValue();
      case INT64_VALUE:
        return constant.getInt64Value();
      case UINT64_VALUE:
        return new Unsigned(constant.getUint64Value());
      case DOUBLE_VALUE:
        return constant.getDoubleValue();
      case STRING_VALUE:
        return in.text(constant.getStringValue());
      case BYTES_VALUE:
        return new Bytes(constant.getBytesValue().toString(StandardCharsets.ISO_8859_1));
      case NULL_VALUE:
        return Metadata.NULL;
      default:
        throw in.refuse("const_expr", "is of no type that is supported");
    }
  }

  static void condition(Rbac.Condition condition, Policy.Builder message) {
    Dialect dialect = condition.dialect();
    if (!dialect.equals(Dialect.PLAIN)) {
      message.setCelConfig(
          CelExpressionConfig.newBuilder()
              .setEnableStringConversion(dialect.conversion())
              .setEnableStringConcat(dialect.concatenation())
              .setEnableStringFunctions(dialect.functions()));
    }
    message.setCondition(new Writing().message(condition.expression()));
  }

  static CelMatcher matcher(CelExpression expression) {
    try {
      var expr =
          io.inmesh.proto.cel.expr.Expr.parseFrom(new Writing().message(expression).toByteString());
      var message = CelMatcher.newBuilder();
      message.getExprMatchBuilder().getCelExprParsedBuilder().setExpr(expr);
      return message.build();
    } catch (InvalidProtocolBufferException never) {
      throw new IllegalStateException(never);
    }
  }

  /** Writes one expression; its parts are numbered. */
  private static final class Writing {
    private long last;

    Expr message(CelExpression expression) {
      var message = Expr.newBuilder().setId(++last);
      if (expression instanceof CelExpression.Constant constant) {
        message.setConstExpr(constant(constant.value()));
      } else if (expression instanceof CelExpression.Variable variable) {
        message.getIdentExprBuilder().setName(variable.name());
      } else if (expression instanceof CelExpression.Field field) {
        message
            .getSelectExprBuilder()
            .setOperand(message(field.of()))
            .setField(field.name())
            .setTestOnly(field.test());
      } else if (expression instanceof CelExpression.Call call) {
        var to = message.getCallExprBuilder().setFunction(call.function());
        call.target().ifPresent(target -> to.setTarget(message(target)));
        call.arguments().forEach(argument -> to.addArgs(message(argument)));
      } else if (expression instanceof CelExpression.ListOf list) {
        var to = message.getListExprBuilder();
        list.elements().forEach(element -> to.addElements(message(element)));
      } else {
        var to = message.getStructExprBuilder();
        for (CelExpression.Entry entry : ((CelExpression.MapOf) expression).entries()) {
          to.addEntriesBuilder()
              .setId(++last)
              .setMapKey(message(entry.key()))
              .setValue(message(entry.value()));
        }
      }
      return message.build();
    }

    private static Constant constant(Object value) {
      var message = Constant.newBuilder();
      if (value instanceof Boolean is) {
        message.setBoolValue(is);
      } else if (value instanceof Long number) {
        message.setInt64Value(number);
      } else if (value instanceof Unsigned number) {
        message.setUint64Value(number.bits());
      } else if (value instanceof Double number) {
        message.setDoubleValue(number);
      } else if (value instanceof String text) {
        message.setStringValue(text);
      } else if (value instanceof Bytes bytes) {
        message.setBytesValue(ByteString.copyFrom(bytes.latin1(), StandardCharsets.ISO_8859_1));
      } else {
        message.setNullValue(NullValue.NULL_VALUE);
      }
      return message.build();
    }
  }
}
