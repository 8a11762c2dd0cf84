package io.inmesh.runtime.match;

import io.inmesh.config.Metadata;
import io.inmesh.config.MetadataMatcher;
import io.inmesh.config.ValueMatcher;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Matchers of JSON-like values and of dynamic metadata. */
public final class ValueTest {
  private final ValueMatcher matcher;
  private final @Nullable StringTest text;
  private final List<ValueTest> parts;

  /** Compiles a matcher. */
  public ValueTest(ValueMatcher matcher) {
    this.matcher = matcher;
    this.text = matcher instanceof ValueMatcher.Text t ? StringTest.of(t.matcher()) : null;
    if (matcher instanceof ValueMatcher.AnyOf any) {
      this.parts = any.matchers().stream().map(ValueTest::new).toList();
    } else if (matcher instanceof ValueMatcher.OneOf one) {
      this.parts = List.of(new ValueTest(one.member()));
    } else {
      this.parts = List.of();
    }
  }

  /** Whether a value, null for an absent one, matches. */
  public boolean matches(@Nullable Object value) {
    if (text != null) {
      return value instanceof String string && text.matches(string);
    }
    if (matcher instanceof ValueMatcher.Present present) {
      return value != null == present.present();
    }
    if (matcher instanceof ValueMatcher.Bool bool) {
      return value instanceof Boolean is && is == bool.value();
    }
    if (matcher instanceof ValueMatcher.IsNull) {
      return value == Metadata.NULL;
    }
    if (!parts.isEmpty()) {
      return matcher instanceof ValueMatcher.OneOf
          ? value instanceof List<?> list && list.stream().anyMatch(parts.get(0)::matches)
          : parts.stream().anyMatch(part -> part.matches(value));
    }
    return value instanceof Number number && matchesNumber(number.doubleValue());
  }

  private boolean matchesNumber(double value) {
    if (matcher instanceof ValueMatcher.InRange range) {
      return value >= range.start() && value < range.end();
    }
    return matcher instanceof ValueMatcher.Equal equal && value == equal.value();
  }

  /** A compiled matcher of dynamic metadata. */
  public static final class OfMetadata {
    private final MetadataMatcher config;
    private final ValueTest value;

    /** Compiles a matcher. */
    public OfMetadata(MetadataMatcher config) {
      this.config = config;
      this.value = new ValueTest(config.value());
    }

    /** Whether a call's dynamic metadata matches. */
    public boolean matches(RouteInput call) {
      return value.matches(find(call, config.namespace(), config.path())) != config.invert();
    }
  }

  /** A value of dynamic metadata by namespace and path; null if there is none. */
  public static @Nullable Object find(RouteInput call, String namespace, List<String> path) {
    if (path.isEmpty()) {
      Map<String, Object> all = call.metadataIn(namespace);
      return all.isEmpty() ? null : all;
    }
    return descend(call.metadata(namespace, path.get(0)), path, 1);
  }

  /** Goes down from a value along a path, from a place in it. */
  public static @Nullable Object descend(@Nullable Object from, List<String> path, int place) {
    Object value = from;
    for (int i = place; i < path.size(); i++) {
      value = value instanceof Map<?, ?> map ? map.get(path.get(i)) : null;
    }
    return value;
  }
}
