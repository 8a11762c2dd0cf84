package io.inmesh.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inmesh.runtime.member.Member;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.mock.env.MockEnvironment;

/** What the library leaves alone, and what it says where it cannot do its work. */
class OutsideTheMeshTest {
  @TempDir Path directory;

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
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
