package io.inmesh.config;

/**
 * A share. Source: envoy.config.core.v3.RuntimeFractionalPercent and
 * envoy.type.v3.FractionalPercent.
 *
 * @param denominator 100, 10,000 or 1,000,000
 * @param runtimeKey a runtime value that replaces the numerator, or empty
 */
public record FractionalPercent(int numerator, int denominator, String runtimeKey) {
  /** Always. */
  public static final FractionalPercent ALL = new FractionalPercent(100, 100, "");

  /** Never. */
  public static final FractionalPercent NONE = new FractionalPercent(0, 100, "");
}
