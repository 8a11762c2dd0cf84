package io.inmesh.controlplane.api;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Values as JSON: a record as an object by snake_case names, with a {@code kind} if it is one of
 * several of a sealed type; what is absent is left out; durations as {@code 1.5s}.
 */
final class PlainJson {
  private static final Gson JSON = new GsonBuilder().disableHtmlEscaping().create();

  private PlainJson() {}

  static String text(Object value) {
    return JSON.toJson(plain(value));
  }

  static @Nullable Object plain(@Nullable Object value) {
    if (value instanceof Optional<?> optional) {
      return plain(optional.orElse(null));
    } else if (value instanceof Record entry) {
      return fields(entry);
    } else if (value instanceof Map<?, ?> map) {
      var plain = new LinkedHashMap<String, @Nullable Object>();
      map.forEach((name, member) -> plain.put(String.valueOf(name), plain(member)));
      return plain;
    } else if (value instanceof Collection<?> many) {
      List<@Nullable Object> plain = new ArrayList<>(many.size());
      many.forEach(member -> plain.add(plain(member)));
      return plain;
    } else if (value == null || value instanceof Number || value instanceof Boolean) {
      return value;
    } else if (value instanceof Duration duration) {
      return duration.toNanos() / 1e9 + "s";
    }
    return value.toString();
  }

  private static Map<String, @Nullable Object> fields(Record entry) {
    var plain = new LinkedHashMap<String, @Nullable Object>();
    for (Class<?> type : entry.getClass().getInterfaces()) {
      if (type.isSealed()) {
        plain.put("kind", entry.getClass().getSimpleName());
      }
    }
    for (RecordComponent component : entry.getClass().getRecordComponents()) {
      Object value = plain(read(component, entry));
      if (value != null) {
        plain.put(snake(component.getName()), value);
      }
    }
    return plain;
  }

  private static @Nullable Object read(RecordComponent component, Record entry) {
    try {
      return component.getAccessor().invoke(entry);
    } catch (IllegalAccessException | InvocationTargetException unreadable) {
      throw new IllegalStateException(component + " cannot be read", unreadable);
    }
  }

  private static String snake(String name) {
    return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }
}
