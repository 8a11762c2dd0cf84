package io.inmesh.controlplane.config.yaml;

import io.inmesh.controlplane.config.problem.Position;
import io.inmesh.controlplane.config.problem.Problems;
import java.util.ArrayList;
import java.util.List;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * Reads YAML 1.2 (and JSON, which is YAML) into values that know their positions. Size, nesting and
 * aliases are bounded, keys are unique, tags are those of the core schema.
 */
public final class YamlText {
  /** The most characters that a file may have. */
  public static final int MAX_CHARACTERS = 8 * 1024 * 1024;

  private static final int MAX_DEPTH = 64;
  private static final int MAX_EVENTS = 1_000_000;
  private static final int MAX_ALIASES = 1000;

  private YamlText() {}

  /**
   * All documents of a text, empty ones left out. What is wrong goes to {@code problems}; then the
   * list is empty.
   */
  public static List<Value> read(String file, String text, Problems problems) {
    if (text.length() > MAX_CHARACTERS) {
      problems.error(file, "the file is longer than " + MAX_CHARACTERS + " characters");
      return List.of();
    }
    // What is refused here is refused by TreeCheck, which knows where it stands.
    var settings =
        LoadSettings.builder()
            .setLabel(file)
            .setSchema(new CoreSchema())
            .setCodePointLimit(MAX_CHARACTERS)
            .setMaxAliasesForCollections(MAX_ALIASES)
            .setAllowNonScalarKeys(true)
            .setAllowRecursiveKeys(true)
            .build();
    try {
      if (!withinLimits(file, text, settings, problems)) {
        return List.of();
      }
      return documents(file, new Compose(settings).composeAllFromString(text), problems);
    } catch (MarkedYamlEngineException e) {
      problems.error(position(file, e), message(e));
    } catch (YamlEngineException e) {
      problems.error(file, "not YAML: " + e.getMessage());
    }
    return List.of();
  }

  private static List<Value> documents(String file, Iterable<Node> nodes, Problems problems) {
    var documents = new ArrayList<Value>();
    int before = problems.errors();
    for (Node node : nodes) {
      var value = new Value(node, "", new Document(file, problems));
      if (!Tag.NULL.equals(node.getTag()) && new TreeCheck().check(value)) {
        documents.add(value);
      }
    }
    return problems.errors() == before ? documents : List.of();
  }

  /** The composer is recursive and expands nothing, so depth and number are counted before it. */
  private static boolean withinLimits(
      String file, String text, LoadSettings settings, Problems problems) {
    int depth = 0;
    int events = 0;
    int aliases = 0;
    for (Event event : new Parse(settings).parseString(text)) {
      events++;
      switch (event.getEventId()) {
        case MappingStart, SequenceStart -> depth++;
        case MappingEnd, SequenceEnd -> depth--;
        case Alias -> aliases++;
        default -> {}
      }
      if (depth > MAX_DEPTH || events > MAX_EVENTS || aliases > MAX_ALIASES) {
        String limit =
            depth > MAX_DEPTH
                ? "nested deeper than " + MAX_DEPTH + " levels"
                : aliases > MAX_ALIASES
                    ? "more than " + MAX_ALIASES + " aliases"
                    : "more than " + MAX_EVENTS + " values";
        problems.error(position(file, event.getStartMark().orElse(null)), limit);
        return false;
      }
    }
    return true;
  }

  private static Position position(String file, MarkedYamlEngineException e) {
    return position(file, e.getProblemMark().or(e::getContextMark).orElse(null));
  }

  static Position position(String file, @org.jspecify.annotations.Nullable Mark mark) {
    return mark == null
        ? new Position(file, 0, 0, "", "")
        : new Position(file, mark.getLine() + 1, mark.getColumn() + 1, "", "");
  }

  private static String message(MarkedYamlEngineException e) {
    String context = e.getContext() == null ? "" : e.getContext() + ": ";
    return "not YAML: " + context + e.getProblem();
  }
}
