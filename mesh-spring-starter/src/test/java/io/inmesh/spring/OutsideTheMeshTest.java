package io.inmesh.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.inmesh.junit.MeshTest;
import io.inmesh.junit.MeshTestPlane;
import io.inmesh.runtime.member.Member;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.mock.env.MockEnvironment;

/** What the library leaves alone, and what it says where it cannot do its work. */
@MeshTest
class OutsideTheMeshTest {
  @TempDir Path directory;

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  SslAutoConfiguration.class,
                  HttpClientAutoConfiguration.class,
                  ImperativeHttpClientAutoConfiguration.class,
                  MeshTelemetryAutoConfiguration.class,
                  MeshAutoConfiguration.class,
                  MeshClientAutoConfiguration.class,
                  MeshHealthAutoConfiguration.class));

  @Test
  void anApplicationThatSaysNothingIsLeftAlone() {
    runner.run(
        context -> {
          assertThat(context).hasNotFailed().doesNotHaveBean(Member.class);
          assertThat(context.getBean(ClientHttpRequestFactoryBuilder.class).getClass().getName())
              .startsWith("org.springframework");
        });
  }

  @Test
  void switchedOffItLeavesTheApplicationAsItWas() {
    runner
        .withPropertyValues("inmesh.service=web", "inmesh.enabled=false")
        .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(Member.class));
  }

  @Test
  void aMissingJoinFileIsExplained() {
    runner
        .withPropertyValues("inmesh.service=web", "inmesh.join-directory=" + directory)
        .run(
            context -> {
              assertThat(context).hasFailed();
              var analysis = new MeshFailureAnalyzer().analyze(context.getStartupFailure());
              assertThat(analysis).isNotNull();
              assertThat(analysis.getDescription())
                  .contains(directory.resolve("default.web.join").toString());
              assertThat(analysis.getAction()).contains("inmesh.join").contains("inmesh.enabled");
            });
  }

  private FailureAnalysis failureWith(Path joinFile) {
    var analysis = new AtomicReference<FailureAnalysis>();
    runner
        .withPropertyValues(
            "inmesh.service=web", "inmesh.join=" + joinFile, "inmesh.identity-timeout=3s")
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              var stores = context.getBean(SslBundles.class).getBundle("mesh").getStores();
              Throwable failure = catchThrowable(stores::getKeyStore);
              analysis.set(new MeshFailureAnalyzer().analyze(failure));
            });
    return analysis.get();
  }

  @Test
  void aControlPlaneThatIsNotThereIsExplained(MeshTestPlane plane) throws Exception {
    String text = Files.readString(plane.joinFile("web"));
    int port = plane.controlPlane().port();
    Path elsewhere = directory.resolve("elsewhere.join");
    Files.writeString(elsewhere, text.replace("127.0.0.1:" + port, "127.0.0.1:1"));
    FailureAnalysis analysis = failureWith(elsewhere);
    assertThat(analysis.getDescription()).contains("given web no certificate");
    assertThat(analysis.getAction()).contains("plane: HOST:PORT").contains("state-directory");
  }

  @Test
  void aTokenThatHoldsNoLongerIsExplained(MeshTestPlane plane) throws Exception {
    Path known = plane.joinFile("web");
    Path old = directory.resolve("old.join");
    Files.copy(known, old);
    Files.delete(known);
    FailureAnalysis analysis = failureWith(old);
    assertThat(analysis.getDescription()).contains("given web no certificate");
    assertThat(analysis.getAction()).contains("does not accept the join token");
  }

  @Test
  void aDamagedJoinFileIsExplained() throws Exception {
    Path damaged = Files.writeString(directory.resolve("default.web.join"), "nonsense");
    runner
        .withPropertyValues("inmesh.service=web", "inmesh.join-directory=" + directory)
        .run(
            context -> {
              var analysis = new MeshFailureAnalyzer().analyze(context.getStartupFailure());
              assertThat(analysis.getDescription()).contains(damaged + ": not a join file");
            });
  }

  @Test
  void settingsThatCannotBeAreNamed() {
    runner
        .withPropertyValues("inmesh.service=web", "inmesh.server.protocol=grpc-web")
        .run(
            context ->
                assertThat(context.getStartupFailure())
                    .hasStackTraceContaining("inmesh.server.protocol must be http or http2"));
  }

  @Test
  void theMeshTakesPartInReadiness() {
    var application = new SpringApplication(Object.class);
    String name = "management.endpoint.health.group.readiness.include";
    var member = new MockEnvironment().withProperty("inmesh.service", "web");
    new MeshServerDefaults().postProcessEnvironment(member, application);
    assertThat(member.getProperty(name)).isEqualTo("readinessState,mesh");
    var own = new MockEnvironment().withProperty("inmesh.service", "web");
    own.setProperty(name, "db");
    new MeshServerDefaults().postProcessEnvironment(own, application);
    assertThat(own.getProperty(name)).isEqualTo("db");
    var off = new MockEnvironment().withProperty("inmesh.service", "web");
    off.setProperty("inmesh.enabled", "false");
    new MeshServerDefaults().postProcessEnvironment(off, application);
    assertThat(off.getPropertySources().contains("inmeshServerDefaults")).isFalse();
  }

  @Test
  void othersAreToldAnIpAddress() {
    assertThat(MeshRegistration.advertised(null, "")).isEqualTo("127.0.0.1");
    assertThat(MeshRegistration.advertised(null, "0.0.0.0")).isEqualTo("127.0.0.1");
    assertThat(MeshRegistration.advertised(null, "localhost")).isEqualTo("127.0.0.1");
    assertThat(MeshRegistration.advertised("10.1.2.3", "0.0.0.0")).isEqualTo("10.1.2.3");
    assertThatThrownBy(() -> MeshRegistration.advertised("no.such.name.invalid", ""))
        .isInstanceOf(MeshJoinException.class)
        .hasMessageContaining("no.such.name.invalid");
  }

  @Test
  void tlsOfTheApplicationsOwnIsLeftAlone() {
    var application = new SpringApplication(Object.class);
    application.setWebApplicationType(org.springframework.boot.WebApplicationType.SERVLET);
    var plain = new MockEnvironment().withProperty("inmesh.service", "web");
    new MeshServerDefaults().postProcessEnvironment(plain, application);
    assertThat(plain.getProperty("server.ssl.bundle")).isEqualTo("mesh");
    assertThat(plain.getProperty("server.ssl.client-auth")).isEqualTo("need");
    var own = new MockEnvironment().withProperty("inmesh.service", "web");
    own.setProperty("server.ssl.enabled", "false");
    new MeshServerDefaults().postProcessEnvironment(own, application);
    assertThat(own.getProperty("server.ssl.bundle")).isNull();
    var none = new MockEnvironment();
    new MeshServerDefaults().postProcessEnvironment(none, application);
    assertThat(none.getProperty("server.ssl.bundle")).isNull();
  }
}
