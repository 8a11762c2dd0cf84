package io.inmesh.spring;

import io.inmesh.Mesh;
import io.inmesh.runtime.member.Member;
import io.inmesh.runtime.member.MemberBuilder;
import io.inmesh.runtime.observe.Telemetry;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslBundleRegistrar;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/** The application as a member of the mesh: its identity and its calls. */
@AutoConfiguration(before = SslAutoConfiguration.class)
@ConditionalOnProperty(name = "inmesh.enabled", matchIfMissing = true)
@Conditional(JoinCondition.class)
@EnableConfigurationProperties(MeshProperties.class)
public final class MeshAutoConfiguration {
  @Bean
  @ConditionalOnMissingBean
  Member meshMember(
      MeshProperties properties,
      ObjectProvider<TelemetryCustomizer> telemetries,
      ObjectProvider<MemberCustomizer> customizers) {
    Path file = properties.joinFile();
    MemberBuilder builder = join(file);
    builder.variant(properties.variant()).certificateLife(properties.certificateLife());
    if (properties.stateDirectory() != null) {
      builder.stateDirectory(properties.stateDirectory());
    }
    if (properties.threads() != null) {
      builder.threads(properties.threads());
    }
    Telemetry telemetry = Telemetry.NONE;
    for (TelemetryCustomizer customizer : telemetries.orderedStream().toList()) {
      telemetry = customizer.customize(telemetry);
    }
    builder.telemetry(telemetry);
    customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
    return builder.start();
  }

  private static MemberBuilder join(Path file) {
    try {
      return Member.join(file);
    } catch (UncheckedIOException | IllegalArgumentException unusable) {
      throw new MeshJoinException(
          String.valueOf(unusable.getMessage()),
          "Have the control plane write a join file for this service (inmesh control-plane --join"
              + " SERVICE), and name it by inmesh.join, or its directory by inmesh.join-directory."
              + " To run outside the mesh, set inmesh.enabled=false.",
          unusable);
    }
  }

  /** Closed with the member. */
  @Bean(destroyMethod = "")
  @ConditionalOnMissingBean
  Mesh mesh(Member member) {
    return member.mesh();
  }

  @Bean
  SslBundleRegistrar meshSslBundle(ObjectProvider<Member> member, MeshProperties properties) {
    return new MeshSslBundle(member::getObject, properties.identityTimeout());
  }
}
