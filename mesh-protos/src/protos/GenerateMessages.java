import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Generates the protocol messages. The build runs this file with the JDK's source launcher.
 *
 * <p>It takes the .proto files out of a published jar, keeps those that roots.txt asks for and what
 * they import, drops comments and annotations (validation rules, versioning, deprecation) that no
 * message needs, inserts the fields of additions.txt, moves the Java classes into our own packages
 * and hands the result to protoc.
 */
final class GenerateMessages {
  private static final String ROOT_PACKAGE = "io.inmesh.proto";
  private static final Pattern TOKEN =
      Pattern.compile(
          "//[^\n]*|/\\*.*?\\*/|\"(?:\\\\.|[^\"\\\\])*\"|'(?:\\\\.|[^'\\\\])*'|[\\w.+-]+|\\S",
          Pattern.DOTALL);
  private static final List<String> ANNOTATIONS =
      List.of(
          "envoy/annotations/",
          "udpa/annotations/",
          "xds/annotations/",
          "validate/",
          "google/api/annotations.proto",
          "google/api/http.proto");

  private final Map<String, String> published = new TreeMap<>();
  private final Map<String, List<String>> additions = new HashMap<>();
  private final Set<String> used = new HashSet<>();
  private final Map<String, String> written = new TreeMap<>();
  private final List<String> hot;
  private final Path inputs;
  private final Path out;

  private GenerateMessages(Path inputs, Path out) throws IOException {
    this.inputs = inputs;
    this.out = out;
    this.hot = lines(inputs.resolve("hot.txt"));
  }

  /**
   * Arguments: protoc, the API's jar, protobuf-java's jar, directory of inputs, output directory.
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path protoc = Path.of(args[0]);
    Path api = Path.of(args[1]);
    Path wellKnown = Path.of(args[2]);
    Path inputs = Path.of(args[3]);
    Path out = Path.of(args[4]);
    String stamp = stamp(List.of(protoc, api, wellKnown), inputs);
    Path stampFile = out.resolve("stamp");
    if (Files.exists(stampFile) && Files.readString(stampFile).equals(stamp)) {
      return;
    }
    if (Files.exists(out)) {
      try (Stream<Path> old = Files.walk(out)) {
        old.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
      }
    }
    GenerateMessages generator = new GenerateMessages(inputs, out);
    generator.read(api, wellKnown);
    generator.writeProtos();
    generator.writeIndex();
    generator.compile(protoc);
    Files.writeString(stampFile, stamp);
  }

  private void read(Path api, Path wellKnown) throws IOException {
    for (Path jar : List.of(wellKnown, api)) {
      try (ZipFile zip = new ZipFile(jar.toFile())) {
        for (ZipEntry entry : (Iterable<ZipEntry>) zip.stream().<ZipEntry>map(e -> e)::iterator) {
          if (entry.getName().endsWith(".proto")) {
            try (InputStream in = zip.getInputStream(entry)) {
              published.putIfAbsent(
                  entry.getName(), new String(in.readAllBytes(), StandardCharsets.UTF_8));
            }
          }
        }
      }
    }
    for (String line : lines(inputs.resolve("additions.txt"))) {
      int space = line.indexOf(' ');
      additions
          .computeIfAbsent(line.substring(0, space), k -> new ArrayList<>())
          .add(line.substring(space + 1).strip());
    }
  }

  private void writeProtos() throws IOException {
    Deque<String> wanted = new ArrayDeque<>();
    for (String root : lines(inputs.resolve("roots.txt"))) {
      List<String> files =
          published.keySet().stream()
              .filter(name -> stands(root, name))
              .collect(Collectors.toList());
      if (files.isEmpty()) {
        throw new IllegalArgumentException("roots.txt: nothing is called " + root);
      }
      wanted.addAll(files);
    }
    try (Stream<Path> own = Files.walk(inputs)) {
      for (Path file : own.filter(f -> f.toString().endsWith(".proto")).sorted().toList()) {
        String name = inputs.relativize(file).toString().replace(File.separatorChar, '/');
        published.put(name, Files.readString(file));
        wanted.add(name);
      }
    }
    while (!wanted.isEmpty()) {
      String name = wanted.remove();
      if (name.startsWith("google/protobuf/")) {
        write(name, published.get(name));
      } else if (!written.containsKey(name)) {
        String text = published.get(name);
        if (text == null) {
          throw new IllegalArgumentException("imported but not published: " + name);
        }
        wanted.addAll(new Rewrite(name, text).run());
      }
    }
    Set<String> unused = new HashSet<>(additions.keySet());
    unused.removeAll(used);
    if (!unused.isEmpty()) {
      throw new IllegalArgumentException("additions.txt: nothing is called " + unused);
    }
  }

  private static boolean stands(String pattern, String name) {
    if (pattern.endsWith("/**")) {
      return name.startsWith(pattern.substring(0, pattern.length() - 2));
    }
    boolean inside = pattern.endsWith("/") && name.startsWith(pattern);
    return name.equals(pattern) || inside && name.indexOf('/', pattern.length()) < 0;
  }

  private void write(String name, String text) throws IOException {
    Path file = out.resolve("proto").resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private List<String> added(String target) {
    used.add(target);
    return additions.getOrDefault(target, List.of());
  }

  /** One file, token by token. */
  private final class Rewrite {
    private final String name;
    private final List<String> tokens = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private final List<String> imports = new ArrayList<>();
    private final Deque<String> scopes = new ArrayDeque<>();
    private String protoPackage = "";
    private String javaPackage = "";
    private int at;

    Rewrite(String name, String source) {
      this.name = name;
      Matcher matcher = TOKEN.matcher(source);
      while (matcher.find()) {
        if (!matcher.group().startsWith("//") && !matcher.group().startsWith("/*")) {
          tokens.add(matcher.group());
        }
      }
    }

    List<String> run() throws IOException {
      while (at < tokens.size()) {
        statement();
      }
      for (String declaration : added(name)) {
        if (declaration.startsWith("import ")) {
          imports.add(declaration.substring(8, declaration.length() - 2));
        } else {
          text.append(declaration).append('\n');
        }
      }
      String simple = name.substring(name.lastIndexOf('/') + 1, name.length() - ".proto".length());
      String outer =
          Stream.of(simple.split("_"))
              .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
              .collect(Collectors.joining("", "", "Proto"));
      String java =
          javaPackage.startsWith(ROOT_PACKAGE) ? javaPackage : ROOT_PACKAGE + "." + protoPackage;
      StringBuilder head =
          new StringBuilder("syntax = \"proto3\";\npackage " + protoPackage + ";\n");
      imports.forEach(i -> head.append("import \"").append(i).append("\";\n"));
      head.append("option java_package = \"").append(java).append("\";\n");
      head.append("option java_outer_classname = \"").append(outer).append("\";\n");
      head.append("option java_multiple_files = true;\n");
      if (hot.stream().noneMatch(pattern -> stands(pattern, name))) {
        head.append("option optimize_for = CODE_SIZE;\n");
      }
      write(name, head.append(text).toString());
      written.put(name, java + "." + outer);
      return imports;
    }

    private void statement() {
      String first = tokens.get(at);
      switch (first) {
        case "syntax":
          upTo(";");
          break;
        case "package":
          protoPackage = upTo(";").get(1);
          break;
        case "import":
          List<String> statement = upTo(";");
          String quoted = statement.get(statement.size() - 2);
          String file = quoted.substring(1, quoted.length() - 1);
          if (ANNOTATIONS.stream().noneMatch(file::startsWith)) {
            imports.add(file);
          }
          break;
        case "option":
          option();
          break;
        case "message":
        case "enum":
        case "oneof":
          String outer = scopes.isEmpty() ? protoPackage : scopes.peek();
          scopes.push(outer + "." + tokens.get(at + 1));
          emit(upTo("{"));
          break;
        case "service":
        case "rpc":
          skipBlockOrStatement();
          break;
        case "}":
          added(scopes.pop()).forEach(line -> text.append(line).append('\n'));
          emit(List.of("}"));
          at++;
          break;
        case ";":
          at++;
          break;
        default:
          emit(withoutAnnotations(upTo(";")));
      }
    }

    private void option() {
      List<String> option = upTo(";");
      if (option.contains("java_package")) {
        javaPackage = option.get(3).replace("\"", "");
      }
      if (!scopes.isEmpty() && !option.get(1).equals("(") && !option.get(1).equals("deprecated")) {
        emit(option);
      }
    }

    /** The tokens up to and including {@code last} outside of any braces. */
    private List<String> upTo(String last) {
      int from = at;
      int depth = 0;
      while (depth > 0 || !tokens.get(at).equals(last)) {
        String token = tokens.get(at++);
        depth += token.equals("{") ? 1 : token.equals("}") ? -1 : 0;
      }
      at++;
      return tokens.subList(from, at);
    }

    private void skipBlockOrStatement() {
      while (!tokens.get(at).equals("{") && !tokens.get(at).equals(";")) {
        at++;
      }
      int depth = 0;
      do {
        String token = tokens.get(at++);
        depth += token.equals("{") ? 1 : token.equals("}") ? -1 : 0;
      } while (depth > 0);
    }

    private List<String> withoutAnnotations(List<String> statement) {
      int open = statement.indexOf("[");
      if (open < 0) {
        return statement;
      }
      List<List<String>> options = new ArrayList<>(List.of(new ArrayList<>()));
      int depth = 0;
      for (String token : statement.subList(open + 1, statement.lastIndexOf("]"))) {
        depth += "{[".contains(token) ? 1 : "}]".contains(token) ? -1 : 0;
        if (depth == 0 && token.equals(",")) {
          options.add(new ArrayList<>());
        } else {
          options.get(options.size() - 1).add(token);
        }
      }
      String kept =
          options.stream()
              .filter(o -> !o.get(0).equals("(") && !o.get(0).equals("deprecated"))
              .map(o -> String.join(" ", o))
              .collect(Collectors.joining(", "));
      List<String> result = new ArrayList<>(statement.subList(0, open));
      if (!kept.isEmpty()) {
        result.add("[" + kept + "]");
      }
      result.add(";");
      return result;
    }

    private void emit(List<String> statement) {
      text.append(String.join(" ", statement)).append('\n');
    }
  }

  /** A class that lists the generated files, for {@code ProtoFiles}. */
  private void writeIndex() throws IOException {
    StringBuilder source = new StringBuilder();
    source.append("package ").append(ROOT_PACKAGE).append(";\n\n");
    source.append("import com.google.protobuf.Descriptors.FileDescriptor;\n\n");
    source.append("final class GeneratedFiles {\n  private GeneratedFiles() {}\n\n");
    source.append("  static FileDescriptor[] all() {\n    return new FileDescriptor[] {\n");
    written
        .values()
        .forEach(outer -> source.append("      ").append(outer).append(".getDescriptor(),\n"));
    source.append("    };\n  }\n}\n");
    Path file =
        out.resolve("java").resolve(ROOT_PACKAGE.replace('.', '/')).resolve("GeneratedFiles.java");
    Files.createDirectories(file.getParent());
    Files.writeString(file, source);
  }

  private void compile(Path protoc) throws IOException, InterruptedException {
    if (!protoc.toFile().setExecutable(true)) {
      throw new IOException("cannot make executable: " + protoc);
    }
    List<String> command = new ArrayList<>();
    command.add("--proto_path=" + out.resolve("proto"));
    command.add("--java_out=" + out.resolve("java"));
    command.addAll(written.keySet());
    Path arguments = out.resolve("protoc.args");
    Files.write(arguments, command);
    Process process =
        new ProcessBuilder(protoc.toString(), "@" + arguments).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("protoc: " + output);
    }
  }

  private static List<String> lines(Path file) throws IOException {
    return Files.readAllLines(file).stream()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .toList();
  }

  /** What the output depends on: names and sizes of the tools, checksums of our own inputs. */
  private static String stamp(List<Path> tools, Path inputs) throws IOException {
    StringBuilder stamp = new StringBuilder();
    for (Path tool : tools) {
      stamp.append(tool.getFileName()).append(' ').append(Files.size(tool)).append('\n');
    }
    try (Stream<Path> files = Files.walk(inputs)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        CRC32 crc = new CRC32();
        crc.update(Files.readAllBytes(file));
        stamp.append(inputs.relativize(file)).append(' ').append(crc.getValue()).append('\n');
      }
    }
    return stamp.toString();
  }
}
