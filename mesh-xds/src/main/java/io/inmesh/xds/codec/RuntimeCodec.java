package io.inmesh.xds.codec;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.inmesh.config.FractionalPercent;
import io.inmesh.config.RuntimeLayer;
import io.inmesh.proto.envoy.service.runtime.v3.Runtime;
import java.util.Map;
import java.util.TreeMap;

/**
 * Layers of run-time values. As in Envoy, nested structs are keys with dots, unless they are
 * fractions, and lists are no values.
 */
final class RuntimeCodec {
  private static final String NUMERATOR = "numerator";
  private static final String DENOMINATOR = "denominator";
  private static final Map<String, Integer> DENOMINATORS =
      Map.of("HUNDRED", 100, "TEN_THOUSAND", 10_000, "MILLION", 1_000_000);

  private RuntimeCodec() {}

  static RuntimeLayer layer(Decoding in, Runtime message) {
    var values = new TreeMap<String, Object>();
    in.enter("layer", -1);
    flatten(in, "", message.getLayer(), values);
    in.leave();
    return new RuntimeLayer(in.required("name", message.getName()), values);
  }

  private static void flatten(
      Decoding in, String prefix, Struct struct, Map<String, Object> values) {
    for (Map.Entry<String, Value> entry : struct.getFieldsMap().entrySet()) {
      String key = in.text(prefix.isEmpty() ? entry.getKey() : prefix + "." + entry.getKey());
      Value value = entry.getValue();
      switch (value.getKindCase()) {
        case NUMBER_VALUE:
          values.put(key, value.getNumberValue());
          break;
        case BOOL_VALUE:
          values.put(key, value.getBoolValue());
          break;
        case STRING_VALUE:
          values.put(key, in.text(value.getStringValue()));
          break;
        case STRUCT_VALUE:
          if (isFraction(value.getStructValue())) {
            values.put(key, fraction(in, key, value.getStructValue()));
          } else {
            flatten(in, key, value.getStructValue(), values);
          }
          break;
        default:
          throw in.refuse(key, "is neither a number, a boolean, a string nor a struct");
      }
    }
  }

  private static boolean isFraction(Struct struct) {
    return struct.containsFields(NUMERATOR) || struct.containsFields(DENOMINATOR);
  }

  private static FractionalPercent fraction(Decoding in, String key, Struct struct) {
    double numerator =
        struct.getFieldsOrDefault(NUMERATOR, Value.getDefaultInstance()).getNumberValue();
    Value given = struct.getFieldsOrDefault(DENOMINATOR, Value.getDefaultInstance());
    Integer denominator =
        DENOMINATORS.get(given.getStringValue().isEmpty() ? "HUNDRED" : given.getStringValue());
    if (denominator == null || numerator < 0 || numerator > 0xFFFF_FFFFL) {
      throw in.refuse(key, "is not a fraction");
    }
    return new FractionalPercent((int) (long) numerator, denominator, "");
  }

  static Runtime layer(RuntimeLayer layer) {
    var struct = Struct.newBuilder();
    new TreeMap<>(layer.values()).forEach((key, value) -> struct.putFields(key, value(value)));
    return Runtime.newBuilder().setName(layer.name()).setLayer(struct).build();
  }

  private static Value value(Object value) {
    var built = Value.newBuilder();
    if (value instanceof Boolean flag) {
      return built.setBoolValue(flag).build();
    }
    if (value instanceof Number number) {
      return built.setNumberValue(number.doubleValue()).build();
    }
    if (value instanceof FractionalPercent share) {
      var fraction =
          Struct.newBuilder()
              .putFields(NUMERATOR, value((double) Integer.toUnsignedLong(share.numerator())));
      DENOMINATORS.forEach(
          (name, size) -> {
            if (size == share.denominator()) {
              fraction.putFields(DENOMINATOR, value(name));
            }
          });
      return built.setStructValue(fraction).build();
    }
    return built.setStringValue(String.valueOf(value)).build();
  }
}
