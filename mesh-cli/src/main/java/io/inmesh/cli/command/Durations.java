package io.inmesh.cli.command;

import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads durations as mesh.yaml has them: {@code 250ms}, {@code 1.5s}, {@code 1h30m}. */
public final class Durations implements ITypeConverter<Duration> {
  @Override
  public Duration convert(String text) {
    try {
      return io.inmesh.controlplane.config.yaml.Durations.parse(text);
    } catch (IllegalArgumentException notOne) {
      throw new TypeConversionException(
          "not a duration such as 250ms, 1.5s or 1h30m: \"" + text + "\"");
    }
  }
}
