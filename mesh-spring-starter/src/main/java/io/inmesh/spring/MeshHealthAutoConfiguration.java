package io.inmesh.spring;

import io.inmesh.runtime.member.Member;
import java.time.InstantSource;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What actuators tell of the mesh: health {@code mesh}, endpoint {@code mesh}. */
@AutoConfiguration(after = MeshAutoConfiguration.class)
@ConditionalOnBean(Member.class)
public final class MeshHealthAutoConfiguration {
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(HealthIndicator.class)
  static class Health {
    @Bean
    @ConditionalOnMissingBean(name = "meshHealthIndicator")
    MeshHealthIndicator meshHealthIndicator(Member member) {
      return new MeshHealthIndicator(member, InstantSource.system());
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
  static class Endpoints {
    @Bean
    @ConditionalOnAvailableEndpoint
    MeshEndpoint meshEndpoint(Member member) {
      return new MeshEndpoint(member);
    }
  }
}
