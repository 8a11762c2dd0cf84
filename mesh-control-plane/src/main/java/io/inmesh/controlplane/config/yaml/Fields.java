package io.inmesh.controlplane.config.yaml;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The fields of a value. Asking for a name says that the schema has it; {@link #end} reports those
 * that were never asked for. A field that is null counts as absent. Owner: the thread that reads.
 */
public final class Fields {
  private final Value owner;
  private final Map<String, Value> values;
  private final Set<String> known = new LinkedHashSet<>();

  Fields(Value owner, Map<String, Value> values) {
    this.owner = owner;
    this.values = values;
  }

  /** The value whose fields these are. */
  public Value owner() {
    return owner;
  }

  /** The field, if it is there. */
  public Optional<Value> find(String name) {
    known.add(name);
    Value value = values.get(name);
    return value == null || value.isNull() ? Optional.empty() : Optional.of(value);
  }

  /** The field, if its name was written, also with nothing after it. */
  public Optional<Value> written(String name) {
    known.add(name);
    return Optional.ofNullable(values.get(name));
  }

  /** The field; if it is absent, that is an error. */
  public Optional<Value> required(String name) {
    Optional<Value> value = find(name);
    if (value.isEmpty()) {
      owner.error("the field " + name + " is missing");
    }
    return value;
  }

  /** Whether the field is there. */
  public boolean has(String name) {
    return find(name).isPresent();
  }

  /** Which of these fields are there, in this order. */
  public List<String> present(String... names) {
    return List.of(names).stream().filter(this::has).toList();
  }

  /** Reads the field, if it is there. */
  public <T> Optional<T> read(String name, Function<Value, T> reader) {
    return find(name).map(reader);
  }

  /** Reads the items of a list; none if the field is absent. */
  public <T> List<T> list(String name, Function<Value, T> reader) {
    return find(name).map(Value::items).orElse(List.of()).stream().map(reader).toList();
  }

  /** Reads the entries of a mapping whose keys are data; none if the field is absent. */
  public <T> Map<String, T> map(String name, Function<Value, T> reader) {
    var entries = new LinkedHashMap<String, T>();
    find(name).ifPresent(map -> map.entries().forEach((k, v) -> entries.put(k, reader.apply(v))));
    return entries;
  }

  /** A text. */
  public String text(String name, String absent) {
    return read(name, Value::text).orElse(absent);
  }

  /** A whole number within bounds. */
  public int integer(String name, int absent, int least, int most) {
    return read(name, value -> value.integer(least, most)).orElse(absent);
  }

  /** True or false. */
  public boolean flag(String name, boolean absent) {
    return read(name, Value::flag).orElse(absent);
  }

  /** A duration. */
  public Duration duration(String name, Duration absent) {
    return read(name, Value::duration).orElse(absent);
  }

  /** Fields that the schema has and that are of no interest here. */
  public void ignore(String... names) {
    known.addAll(List.of(names));
  }

  /** Fields that the schema has and that mean nothing here: a warning says so. */
  public void inapplicable(String why, String... names) {
    each(value -> value.warn("is not applied: " + why), names);
  }

  /** Fields that the schema has and that cannot be left out safely: an error says so. */
  public void unsupported(String why, String... names) {
    each(value -> value.error("is not supported: " + why), names);
  }

  private void each(Consumer<Value> action, String... names) {
    for (String name : names) {
      find(name).ifPresent(action);
    }
  }

  /** Reports all fields that nobody asked for. */
  public void end() {
    values.forEach(
        (name, value) -> {
          if (!known.contains(name)) {
            String guess = Names.didYouMean(name, known);
            owner.document().problems().error(value.keyPosition(), "unknown field " + name + guess);
          }
        });
  }
}
