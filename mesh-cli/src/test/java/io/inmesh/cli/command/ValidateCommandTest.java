package io.inmesh.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ValidateCommandTest {
  private static final String CLUSTER =
      "{\"@type\": \"type.googleapis.com/envoy.config.cluster.v3.Cluster\",\n"
          + " \"name\": \"c\",\n \"%s\": \"%s\"}\n";

  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int validate(String... arguments) {
    out.getBuffer().setLength(0);
    return new CommandLine(new ValidateCommand())
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(arguments);
  }

  private String file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  @Test
  void goodFilesOfAllKindsTogether() throws IOException {
    String mesh = file("mesh.yaml", "apiVersion: inmesh.io/v1\nkind: Mesh\nservices:\n  orders:\n");
    String istio =
        file(
            "vs.yaml",
            """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: orders, namespace: default}
            spec:
              hosts: [orders]
              http:
              - route: [{destination: {host: orders}}]
            """);
    String xds = file("c.json", CLUSTER.formatted("connect_timeout", "1s"));
    assertThat(validate(mesh, istio, xds)).as(out.toString()).isZero();
    assertThat(out.toString()).contains("0 errors, 0 warnings");
  }

  @Test
  void namesFileLineResourceAndField() throws IOException {
    String wrong = file("wrong.json", CLUSTER.formatted("connect_timeout", "-1s"));
    assertThat(validate(wrong)).isEqualTo(1);
    assertThat(out.toString())
        .contains("wrong.json:3:", "error", "CLUSTER c", "connect_timeout", "1 errors");
    String typo =
        file("typo.yaml", "apiVersion: inmesh.io/v1\nkind: Mesh\nservices:\n  orders:\n    x: 1\n");
    assertThat(validate(typo)).isEqualTo(1);
    assertThat(out.toString()).contains("typo.yaml:5:", "Service default/orders");
  }

  @Test
  void warnsOfWhatIsNotHonoured() throws IOException {
    String partly = file("partly.json", CLUSTER.formatted("cleanup_interval", "1s"));
    assertThat(validate(partly)).isZero();
    assertThat(out.toString()).contains("partly.json:3:", "warning", "cleanup_interval");
    assertThat(validate("--strict", partly)).isEqualTo(1);
  }

  @Test
  void jsonForPrograms() throws IOException {
    String wrong = file("wrong.json", CLUSTER.formatted("connect_timeout", "-1s"));
    assertThat(validate("--json", wrong)).isEqualTo(1);
    var problem =
        JsonParser.parseString(out.toString())
            .getAsJsonObject()
            .getAsJsonArray("problems")
            .get(0)
            .getAsJsonObject();
    assertThat(problem.get("line").getAsInt()).isEqualTo(3);
    assertThat(problem.get("field").getAsString()).contains("connect_timeout");
  }

  @Test
  void wrongUsage() {
    assertThat(validate()).isEqualTo(2);
    assertThat(validate(folder.resolve("none.yaml").toString())).isEqualTo(1);
    assertThat(out.toString()).contains("cannot be read");
  }
}
