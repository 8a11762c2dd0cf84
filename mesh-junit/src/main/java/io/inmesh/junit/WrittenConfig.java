package io.inmesh.junit;

import io.inmesh.controlplane.config.ConfigFile;
import io.inmesh.controlplane.config.MeshReader;
import io.inmesh.controlplane.config.problem.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The files of a {@link TestConfig}, as the control plane reads them. */
final class WrittenConfig {
  static final String MAIN = "mesh.yaml";

  private static final String INSTANCES = "instances.mesh.yaml";

  /** What stands before the section of a service, in a file of its own. */
  private static final String BEFORE_SECTION =
      "apiVersion: inmesh.io/v1\nnamespace: %s\nservices:\n  %s:\n";

  private static final int LINES_BEFORE = 4;
  private static final int COLUMNS_BEFORE = 4;

  private WrittenConfig() {}

  /**
   * All files.
   *
   * @throws IllegalArgumentException naming what is wrong, with files and lines as the test's
   *     author knows them
   */
  static List<ConfigFile> files(TestConfig config, String trustDomain, Path directory) {
    var reader = new MeshReader(trustDomain, directory);
    // First without what makes a text another one, so that lines are those of the author.
    check(reader.read(sections(config)).problems(), config);
    List<ConfigFile> files = withInstances(sections(config), config);
    check(reader.read(files).problems(), config);
    return files;
  }

  private static List<ConfigFile> sections(TestConfig config) {
    var files = new ArrayList<ConfigFile>();
    files.add(new ConfigFile(MAIN, withoutServices(config)));
    config.services().forEach((name, text) -> files.add(section(name, text)));
    config.files().forEach((name, text) -> files.add(new ConfigFile(name, text)));
    return files;
  }

  private static String withoutServices(TestConfig config) {
    String text = config.main().text();
    if (config.services().isEmpty()) {
      return text;
    }
    var documents = new MeshDocuments(text);
    config.services().keySet().forEach(documents::remove);
    return documents.text(text);
  }

  private static ConfigFile section(ServiceName name, String text) {
    String head = BEFORE_SECTION.formatted(name.namespace(), name.service());
    return new ConfigFile(sectionFile(name), head + text.indent(COLUMNS_BEFORE));
  }

  private static String sectionFile(ServiceName name) {
    return "service." + name + ".yaml";
  }

  private static List<ConfigFile> withInstances(List<ConfigFile> files, TestConfig config) {
    var written = new ArrayList<>(files);
    var others = new StringBuilder();
    config
        .instances()
        .forEach(
            (name, addresses) -> {
              if (!added(written, name, addresses)) {
                others
                    .append("---\n")
                    .append(BEFORE_SECTION.formatted(name.namespace(), name.service()));
                others.append("    endpoints: [").append(quoted(addresses)).append("]\n");
              }
            });
    if (!others.isEmpty()) {
      written.add(new ConfigFile(INSTANCES, others.toString()));
    }
    return written;
  }

  private static boolean added(List<ConfigFile> files, ServiceName name, List<String> addresses) {
    for (int i = 0; i < files.size(); i++) {
      ConfigFile file = files.get(i);
      var documents = new MeshDocuments(file.text());
      if (documents.add(name, addresses)) {
        files.set(i, new ConfigFile(file.name(), documents.text(file.text())));
        return true;
      }
    }
    return false;
  }

  private static String quoted(List<String> addresses) {
    return addresses.stream().map(one -> '"' + one + '"').collect(Collectors.joining(", "));
  }

  private static void check(List<Problem> problems, TestConfig config) {
    List<Problem> errors = problems.stream().filter(Problem::isError).toList();
    if (!errors.isEmpty()) {
      throw new IllegalArgumentException(
          errors.stream()
              .map(problem -> asWritten(problem, config).toString())
              .collect(Collectors.joining("\n", "the mesh of this test is refused:\n", "")));
    }
  }

  private static Problem asWritten(Problem problem, TestConfig config) {
    if (problem.file().equals(MAIN)) {
      return at(problem, config.main().name(), problem.line(), problem.column());
    }
    for (Map.Entry<ServiceName, String> section : config.services().entrySet()) {
      if (problem.file().equals(sectionFile(section.getKey()))) {
        String file = "service(\"" + section.getKey().service() + "\")";
        int line = problem.line() - LINES_BEFORE;
        return line > 0
            ? at(problem, file, line, Math.max(1, problem.column() - COLUMNS_BEFORE))
            : at(problem, file, 0, 0);
      }
    }
    return problem;
  }

  private static Problem at(Problem of, String file, int line, int column) {
    return new Problem(file, line, column, of.resource(), of.field(), of.message(), of.severity());
  }
}
