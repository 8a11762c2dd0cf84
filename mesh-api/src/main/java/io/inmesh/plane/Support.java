package io.inmesh.plane;

import io.inmesh.config.Resource;
import java.util.EnumMap;
import java.util.Map;

/**
 * What becomes of resources that set fields which this mesh does not honour. They are reported in
 * any case.
 *
 * @param byType where a type has another mode than {@code otherwise}
 */
public record Support(Mode otherwise, Map<Resource.Type, Mode> byType) {
  /** They are used, and each is told of in the log: {@link Mode#WARN} for all. */
  public static final Support DEFAULT = new Support(Mode.WARN, Map.of());

  public Support {
    byType = Map.copyOf(byType);
  }

  /** How strict it is. */
  public enum Mode {
    /** They are refused, as if they were wrong. */
    STRICT,
    /** They are used; the log has a line for each when it changes. */
    WARN,
    /** They are used. */
    LENIENT
  }

  /** The mode of a type. */
  public Mode of(Resource.Type type) {
    return byType.getOrDefault(type, otherwise);
  }

  /** The same with another mode for a type. */
  public Support with(Resource.Type type, Mode mode) {
    var all = new EnumMap<Resource.Type, Mode>(Resource.Type.class);
    all.putAll(byType);
    all.put(type, mode);
    return new Support(otherwise, all);
  }
}
