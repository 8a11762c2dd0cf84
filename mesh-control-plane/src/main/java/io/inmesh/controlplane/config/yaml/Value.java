package io.inmesh.controlplane.config.yaml;

import io.inmesh.controlplane.config.problem.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A value in a YAML document. A value of the wrong type is reported as a problem, and something
 * harmless is returned instead: the document is refused as a whole anyway, and the other problems
 * in it are found too.
 */
public final class Value {
  /** YAML 1.1, which Kubernetes' tools still read, takes these for booleans. */
  private static final Set<String> OLD_BOOLEANS = Set.of("y", "n", "yes", "no", "on", "off");

  private final Node node;
  private final @Nullable Node key;
  private final String path;
  private final Document document;

  Value(Node node, String path, Document document) {
    this(node, null, path, document);
  }

  private Value(Node node, @Nullable Node key, String path, Document document) {
    this.node = node;
    this.key = key;
    this.path = path;
    this.document = document;
  }

  Node node() {
    return node;
  }

  /** The field names and indexes from the document down. */
  public String path() {
    return path;
  }

  /** The document that it stands in. */
  public Document document() {
    return document;
  }

  /** Where it stands. */
  public Position position() {
    return position(node);
  }

  /** Where its key stands; where it stands itself if it has none. */
  public Position keyPosition() {
    return position(key == null ? node : key);
  }

  private Position position(Node at) {
    Position mark = YamlText.position(document.file(), at.getStartMark().orElse(null));
    return new Position(mark.file(), mark.line(), mark.column(), document.resource(), path);
  }

  /** Reports an error here. */
  public void error(String message) {
    document.problems().error(position(), message);
  }

  /** Reports a warning here. */
  public void warn(String message) {
    document.problems().warn(position(), message);
  }

  /** Reports an error and is false. */
  boolean refuse(String message) {
    error(message);
    return false;
  }

  Value child(NodeTuple entry) {
    String name = ((ScalarNode) entry.getKeyNode()).getValue();
    String below = path.isEmpty() ? name : path + "." + name;
    return new Value(entry.getValueNode(), entry.getKeyNode(), below, document);
  }

  /** Whether it is null, or nothing was written. */
  public boolean isNull() {
    return Tag.NULL.equals(node.getTag());
  }

  /** Whether it has fields. */
  public boolean isMapping() {
    return node instanceof MappingNode;
  }

  /** Whether it is a list. */
  public boolean isList() {
    return node instanceof SequenceNode;
  }

  /** Whether it is neither list nor mapping. */
  public boolean isScalar() {
    return node instanceof ScalarNode;
  }

  /** Whether it is the word {@code off}, as YAML 1.2 and YAML 1.1 may have it. */
  public boolean isOff() {
    return node instanceof ScalarNode scalar && scalar.getValue().equals("off");
  }

  /** Its fields by name. */
  public Fields fields() {
    return new Fields(this, entries());
  }

  /** Its entries in order; the keys are data, not field names. */
  public Map<String, Value> entries() {
    var entries = new LinkedHashMap<String, Value>();
    if (node instanceof MappingNode mapping) {
      for (NodeTuple tuple : mapping.getValue()) {
        entries.put(((ScalarNode) tuple.getKeyNode()).getValue(), child(tuple));
      }
    } else {
      wrongType("fields");
    }
    return entries;
  }

  /** Its items in order. */
  public List<Value> items() {
    var items = new ArrayList<Value>();
    if (node instanceof SequenceNode sequence) {
      for (Node item : sequence.getValue()) {
        items.add(new Value(item, path + "[" + items.size() + "]", document));
      }
    } else {
      wrongType("a list");
    }
    return items;
  }

  /** Its items, each as a document of its own. */
  public List<Value> documents() {
    return items().stream()
        .map(item -> new Value(item.node, "", new Document(document.file(), document.problems())))
        .toList();
  }

  /** Its text. Plain words that YAML 1.1 takes for booleans are refused. */
  public String text() {
    if (!(node instanceof ScalarNode scalar)) {
      wrongType("text");
      return "";
    }
    String value = scalar.getValue();
    if (!scalar.isPlain()) {
      return value;
    }
    if (OLD_BOOLEANS.contains(value.toLowerCase(Locale.ROOT))) {
      error("must be text; some YAML readers take " + value + " for a boolean: put it in quotes");
    } else if (!Tag.STR.equals(node.getTag())) {
      error("must be text, not " + kind() + ": put it in quotes");
    }
    return value;
  }

  /** Its text, which may also be written as a number. */
  public String textOrNumber() {
    boolean number = Tag.INT.equals(node.getTag()) || Tag.FLOAT.equals(node.getTag());
    return number ? ((ScalarNode) node).getValue() : text();
  }

  /** A whole number within bounds; {@code least} if it is none. */
  public long whole(long least, long most) {
    if (node instanceof ScalarNode scalar && Tag.INT.equals(node.getTag())) {
      @Nullable Long number = parse(scalar.getValue(), Long::decode);
      boolean octal = scalar.getValue().matches("[-+]?0[0-9]+");
      if (number != null && !octal) {
        if (number < least || number > most) {
          error("must be from " + least + " to " + most + ", not " + number);
          return least;
        }
        return number;
      }
    }
    wrongType("a whole number");
    return least;
  }

  /** The same as an int. */
  public int integer(int least, int most) {
    return (int) whole(least, most);
  }

  /** A number within bounds; {@code least} if it is none. */
  public double number(double least, double most) {
    boolean numeric = Tag.INT.equals(node.getTag()) || Tag.FLOAT.equals(node.getTag());
    @Nullable Double number =
        numeric && node instanceof ScalarNode scalar
            ? parse(scalar.getValue(), Double::valueOf)
            : null;
    if (number == null || number.isNaN()) {
      wrongType("a number");
      return least;
    }
    if (number < least || number > most) {
      error("must be from " + least + " to " + most + ", not " + number);
      return least;
    }
    return number;
  }

  /** True or false. */
  public boolean flag() {
    if (node instanceof ScalarNode scalar && Tag.BOOL.equals(node.getTag())) {
      return scalar.getValue().equalsIgnoreCase("true");
    }
    wrongType("true or false");
    return false;
  }

  /**
   * A duration as Go writes it: {@code 300ms}, {@code 1.5s}, {@code 1h30m}. Never negative.
   *
   * @see Durations
   */
  public Duration duration() {
    return duration(Duration.ZERO);
  }

  /** A duration of at least a millisecond, in the same notation. */
  public Duration positiveDuration() {
    return duration(Duration.ofMillis(1));
  }

  private Duration duration(Duration least) {
    String text = node instanceof ScalarNode scalar ? scalar.getValue() : "";
    @Nullable Duration duration = isScalar() && !isNull() ? parse(text, Durations::parse) : null;
    if (duration == null) {
      error("must be a duration such as 300ms, 1.5s or 1h30m, not " + shown());
      return least;
    }
    if (duration.compareTo(least) < 0) {
      error("must be at least " + least.toMillis() + "ms");
      return least;
    }
    return duration;
  }

  /** A percentage: {@code 20%}, or a number of percent. */
  public double percent() {
    if (node instanceof ScalarNode scalar && scalar.getValue().endsWith("%")) {
      String digits = scalar.getValue().substring(0, scalar.getValue().length() - 1).trim();
      @Nullable Double number = parse(digits, Double::valueOf);
      if (number != null && number >= 0 && number <= 100) {
        return number;
      }
      error("must be a percentage from 0% to 100%, not " + shown());
      return 0;
    }
    return number(0, 100);
  }

  /** A constant whose name may be written in lower and upper case. */
  public <E extends Enum<E>> E choiceOfAnyCase(Class<E> type, Function<E, String> name) {
    String text = node instanceof ScalarNode scalar && !isNull() ? scalar.getValue() : "";
    for (E constant : type.getEnumConstants()) {
      if (name.apply(constant).equalsIgnoreCase(text)) {
        return constant;
      }
    }
    return choice(type, name);
  }

  /** A constant of an enumeration, by the name that {@code name} gives it. */
  public <E extends Enum<E>> E choice(Class<E> type, Function<E, String> name) {
    String text = node instanceof ScalarNode scalar && !isNull() ? scalar.getValue() : "";
    E[] all = type.getEnumConstants();
    for (E constant : all) {
      if (name.apply(constant).equals(text)) {
        return constant;
      }
    }
    List<String> names = Arrays.stream(all).map(name).toList();
    error(
        "must be one of "
            + String.join(", ", names)
            + ", not "
            + shown()
            + Names.didYouMean(text, names));
    return all[0];
  }

  /** As plain Java: text, Long, Double, Boolean, list, map, null. */
  public @Nullable Object plain() {
    if (isMapping()) {
      var map = new LinkedHashMap<String, @Nullable Object>();
      entries().forEach((key, value) -> map.put(key, value.plain()));
      return map;
    }
    if (isList()) {
      var list = new ArrayList<@Nullable Object>();
      items().forEach(item -> list.add(item.plain()));
      return list;
    }
    if (isNull()) {
      return null;
    }
    if (Tag.BOOL.equals(node.getTag())) {
      return flag();
    }
    if (Tag.INT.equals(node.getTag())) {
      return whole(Long.MIN_VALUE, Long.MAX_VALUE);
    }
    return Tag.FLOAT.equals(node.getTag())
        ? number(-Double.MAX_VALUE, Double.MAX_VALUE)
        : ((ScalarNode) node).getValue();
  }

  /**
   * What a path such as {@code virtual_hosts[2].name} leads to, as far as it can be followed;
   * lowerCamelCase stands for the same as snake_case.
   */
  public Value at(String below) {
    Value at = this;
    for (String step : below.split("[.\\[\\]]+")) {
      Value next = step.isEmpty() ? at : at.step(step);
      if (next == null) {
        return at;
      }
      at = next;
    }
    return at;
  }

  private @Nullable Value step(String step) {
    if (isList() && step.matches("[0-9]{1,9}")) {
      List<Value> items = items();
      int index = Integer.parseInt(step);
      return index < items.size() ? items.get(index) : null;
    }
    if (!isMapping()) {
      return null;
    }
    String wanted = step.replace("_", "").toLowerCase(Locale.ROOT);
    return entries().entrySet().stream()
        .filter(entry -> entry.getKey().replace("_", "").toLowerCase(Locale.ROOT).equals(wanted))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(null);
  }

  private static <T> @Nullable T parse(String text, Function<String, T> parser) {
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException notOne) {
      return null;
    }
  }

  private void wrongType(String wanted) {
    error("must be " + wanted + ", not " + kind());
  }

  private String shown() {
    return node instanceof ScalarNode scalar && !isNull()
        ? "\"" + scalar.getValue() + "\""
        : kind();
  }

  private String kind() {
    if (node instanceof MappingNode) {
      return "fields";
    }
    if (node instanceof SequenceNode) {
      return "a list";
    }
    String value = ((ScalarNode) node).getValue();
    if (isNull()) {
      return "nothing";
    }
    if (Tag.BOOL.equals(node.getTag())) {
      return "the boolean " + value;
    }
    return (Tag.STR.equals(node.getTag()) ? "the text \"" + value + "\"" : "the number " + value);
  }
}
