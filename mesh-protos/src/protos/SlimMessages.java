import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Takes out of generated messages what nobody calls, so that the jar is smaller and fewer classes
 * are loaded: one interface and one parser class for each message, nested builders of repeated
 * fields, most forms of {@code parseFrom}. What protobuf's reflection looks for by name stays.
 * Reads and writes of maps that are empty no longer load descriptors, and no message has required
 * fields to look for. The build runs this file with the JDK's source launcher after
 * GenerateMessages.
 */
final class SlimMessages {
  private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/|//[^\n]*", Pattern.DOTALL);
  private static final Pattern OR_BUILDER = Pattern.compile("\\b[\\w.]+OrBuilder\\b(?!\\s*\\()");
  private static final Pattern ANNOTATION =
      Pattern.compile("@java\\.lang\\.(Override|Deprecated)|@com\\.google\\.protobuf\\.Generated");
  private static final Pattern CHECK =
      Pattern.compile("if \\(!result\\.isInitialized\\(\\)\\) \\{[^}]*\\}");
  private static final String INTERFACE = "com.google.protobuf.MessageOrBuilder";

  /** Members that are left out, by how their declaration begins, with single spaces. */
  private static final List<Pattern> UNUSED =
      Stream.of(
              "private static final long serialVersionUID",
              "public interface \\w+OrBuilder ",
              "private void maybeForceBuilderInitialization\\(",
              "public static [\\w.]+ parseDelimitedFrom\\(",
              "public static [\\w.]+ parseFrom\\( ?+(?!com.google.protobuf.ByteString"
                  + " data\\)|byte\\[\\] data\\))",
              "public \\S+ get\\w+OrBuilder\\(",
              "public java.util.List<\\? extends \\S+> get\\w+OrBuilderList\\(",
              "public java.util.List<\\S+Builder> get\\w+BuilderList\\(",
              "public \\S+\\.Builder add\\w+Builder\\( ?int index",
              "public \\S+\\.Builder put\\w+BuilderIfAbsent\\(",
              "public Builder (set|add)\\w+\\( ?int index, \\S+\\.Builder ",
              "public java.util.Map<\\S+, ?\\S+> getMutable\\w+\\(",
              "public static \\w+ valueOf\\(int ")
          .map(text -> Pattern.compile("^" + text))
          .toList();

  private final String source;
  private final StringBuilder out = new StringBuilder();
  private int at;

  private SlimMessages(String source) {
    this.source = source;
  }

  /** Arguments: the directory of the generated Java files. */
  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args[0]);
    Path stamp = directory.resolve("slim");
    if (Files.exists(stamp)) {
      return;
    }
    List<Path> files;
    try (Stream<Path> all = Files.walk(directory)) {
      files = all.filter(file -> file.toString().endsWith(".java")).toList();
    }
    for (Path file : files) {
      String name = file.getFileName().toString();
      if (name.endsWith("OrBuilder.java")) {
        Files.delete(file);
      } else if (!name.endsWith("Proto.java") && !name.equals("GeneratedFiles.java")) {
        Files.writeString(file, new SlimMessages(plain(Files.readString(file))).file());
      }
    }
    Files.writeString(stamp, "");
  }

  private static String plain(String text) {
    String code = COMMENT.matcher(text).replaceAll("");
    code = ANNOTATION.matcher(code).replaceAll("");
    return CHECK.matcher(code).replaceAll("").replace("maybeForceBuilderInitialization();", "");
  }

  private String file() {
    int body = source.indexOf('{') + 1;
    String head = source.substring(0, body);
    if (head.contains(" enum ")) {
      return source;
    }
    if (head.contains(" interface ")) {
      throw new IllegalArgumentException("not a message: " + head);
    }
    at = body;
    out.append(interfaces(head));
    members(name(head), List.of());
    return out.toString();
  }

  private static String interfaces(String text) {
    Matcher matcher = OR_BUILDER.matcher(text);
    return matcher.replaceAll(INTERFACE);
  }

  private static String name(String head) {
    Matcher matcher = Pattern.compile("class (\\w+)").matcher(head);
    if (!matcher.find()) {
      throw new IllegalArgumentException("not a class: " + head);
    }
    return matcher.group(1);
  }

  /**
   * Copies the members of a class, up to and including its last brace.
   *
   * @param outerMaps the maps of the message that a builder belongs to
   */
  private void members(String type, List<String> outerMaps) {
    List<String> maps = new ArrayList<>(outerMaps);
    boolean message = !type.equals("Builder");
    boolean initialized = false;
    while (true) {
      int from = at;
      while (Character.isWhitespace(source.charAt(at))) {
        at++;
      }
      if (source.charAt(at) == '}') {
        at++;
        if (!initialized) {
          out.append("\n  public final boolean isInitialized() { return true; }");
        }
        out.append("\n}\n");
        return;
      }
      String head = head();
      String declaration = head.strip().replaceAll("\\s+", " ");
      initialized |= declaration.contains(" boolean isInitialized(");
      boolean block = source.charAt(at) == '{';
      if (block
          && declaration.matches(
              ".*\\b(class) \\w+( extends| implements).*Message(\\.Builder.*)?\\b.*")) {
        at++;
        out.append(interfaces(head)).append('{');
        members(name(head), name(head).equals("Builder") ? maps : List.of());
        continue;
      }
      String body = block ? block() : ";";
      if (block && declaration.contains(" PARSER = ")) {
        at = source.indexOf(';', at) + 1;
        out.append(declaration, 0, declaration.indexOf(" = "))
            .append(" = new io.inmesh.proto.MessageParser<>(DEFAULT_INSTANCE);\n");
        continue;
      }
      if (!block) {
        at++;
      }
      if (isUnused(declaration, body)) {
        continue;
      }
      Matcher holder = Pattern.compile("class (\\w+)DefaultEntryHolder").matcher(declaration);
      if (holder.find()) {
        maps.add(holder.group(1));
      }
      out.append(interfaces(head)).append(interfaces(lazily(declaration, body, maps, message)));
      if (from == at) {
        throw new IllegalStateException("no progress at " + source.substring(at));
      }
    }
  }

  private static boolean isUnused(String declaration, String body) {
    boolean check = declaration.equals("static") && body.contains("validateProtobufGencodeVersion");
    return check || UNUSED.stream().anyMatch(pattern -> pattern.matcher(declaration).find());
  }

  /** What stands before the next brace or semicolon. */
  private String head() {
    int from = at;
    while (source.charAt(at) != '{' && source.charAt(at) != ';') {
      skip();
    }
    return source.substring(from, at);
  }

  /** A block with its braces. */
  private String block() {
    int from = at;
    int depth = 0;
    do {
      char c = source.charAt(at);
      depth += c == '{' ? 1 : c == '}' ? -1 : 0;
      skip();
    } while (depth > 0);
    return source.substring(from, at);
  }

  private void skip() {
    char quote = source.charAt(at++);
    if (quote == '"' || quote == '\'') {
      while (source.charAt(at) != quote) {
        at += source.charAt(at) == '\\' ? 2 : 1;
      }
      at++;
    }
  }

  /** Uses of maps that do not load descriptors where the map is empty. */
  private static String lazily(
      String declaration, String body, List<String> maps, boolean message) {
    String code = body;
    for (String map : maps) {
      String field = Character.toLowerCase(map.charAt(0)) + map.substring(1) + "_";
      String get = "internalGet" + map + "()";
      if (message) {
        if (declaration.contains(" get" + map + "Map(")) {
          return "{ return "
              + field
              + " == null ? java.util.Map.of() : "
              + field
              + ".getMap(); }\n";
        }
        code = code.replace(get + ".getMap()", "get" + map + "Map()");
        code =
            code.replaceAll(
                "(com\\.google\\.protobuf\\.GeneratedMessage\\s*\\.serialize\\w+MapTo\\(\\s*output,\\s*"
                    + Pattern.quote(get)
                    + ")",
                "if (" + field + " != null) $1");
      } else {
        code =
            code.replaceAll(
                "(internalGetMutable"
                    + map
                    + "\\(\\)\\.mergeFrom\\(\\s*other\\."
                    + Pattern.quote(get)
                    + "\\);\\s*bitField\\d_ \\|= \\w+;)",
                "if (other." + field + " != null) { $1 }");
      }
    }
    return code;
  }
}
