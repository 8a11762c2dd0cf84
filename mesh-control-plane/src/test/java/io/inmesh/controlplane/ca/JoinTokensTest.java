package io.inmesh.controlplane.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inmesh.identity.JoinFile;
import io.inmesh.identity.SpiffeId;
import io.inmesh.state.StateDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JoinTokensTest {
  private static final String ROOTS =
      "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";

  @TempDir Path directory;
  private JoinTokens tokens;

  @BeforeEach
  void open() {
    tokens =
        new JoinTokens(
            new StateDirectory(directory.resolve("join")), "cluster.local", new SecureRandom());
  }

  private JoinFile issue(String service) throws Exception {
    return JoinFile.parse(
        Files.readString(tokens.issue(service, "default", "127.0.0.1:15012", ROOTS)));
  }

  @Test
  void aTokenProvesItsOwnServiceOnly() throws Exception {
    JoinFile web = issue("web");
    JoinFile orders = issue("orders");
    assertThat(tokens.verify(web.token()))
        .contains(SpiffeId.ofServiceAccount("cluster.local", "default", "web"));
    assertThat(web.identity())
        .isEqualTo(SpiffeId.ofServiceAccount("cluster.local", "default", "web"));
    String swapped = orders.token().replace("orders.", "web.");
    assertThat(tokens.verify(swapped)).isEmpty();
    assertThat(tokens.verify(web.token() + "x")).isEmpty();
    assertThat(tokens.verify("../../etc.passwd.x")).isEmpty();
    assertThat(tokens.verify("")).isEmpty();
  }

  @Test
  void aRestartKeepsTheTokenAndBringsTheRestUpToDate() throws Exception {
    JoinFile before = issue("web");
    JoinFile after =
        JoinFile.parse(Files.readString(tokens.issue("web", "default", "127.0.0.1:16000", ROOTS)));
    assertThat(after.token()).isEqualTo(before.token());
    assertThat(after.plane()).isEqualTo("127.0.0.1:16000");
  }

  @Test
  void removingTheFileRevokesTheToken() throws Exception {
    JoinFile web = issue("web");
    Files.delete(directory.resolve("join/default.web.join"));
    assertThat(tokens.verify(web.token())).isEmpty();
    assertThat(issue("web").token()).isNotEqualTo(web.token());
  }

  @Test
  void onlyTheOwnerCanReadIt() throws Exception {
    Path file = tokens.issue("web", "default", "127.0.0.1:15012", ROOTS);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(issue("web").toString()).doesNotContain(issue("web").token());
  }

  @Test
  void refusesNamesThatAreNotLabels() {
    assertThatThrownBy(() -> tokens.issue("../web", "default", "x", ROOTS))
        .hasMessageContaining("../web");
    assertThatThrownBy(() -> tokens.issue("web", "A.b", "x", ROOTS)).hasMessageContaining("A.b");
  }

  @Test
  void saysWhatIsWrongWithAJoinFile() {
    assertThatThrownBy(() -> JoinFile.parse("service: web\n")).hasMessageContaining("PEM");
    assertThatThrownBy(() -> JoinFile.parse("service web\n" + ROOTS))
        .hasMessageContaining("line 1");
    assertThatThrownBy(() -> JoinFile.parse("service: web\n" + ROOTS))
        .hasMessageContaining("namespace");
  }
}
