package io.inmesh.spring;

import io.inmesh.runtime.observe.micrometer.MicrometerMeters;
import io.inmesh.runtime.observe.opentelemetry.OpenTelemetryTracing;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;

/** Calls are told to the application's own registry of meters and its own OpenTelemetry. */
@AutoConfiguration(before = MeshAutoConfiguration.class)
@ConditionalOnProperty(name = "inmesh.enabled", matchIfMissing = true)
@Conditional(JoinCondition.class)
public final class MeshTelemetryAutoConfiguration {
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(MeterRegistry.class)
  static class Meters {
    @Bean
    TelemetryCustomizer meshMeters(ObjectProvider<MeterRegistry> registry) {
      return telemetry -> {
        MeterRegistry known = registry.getIfUnique();
        return known == null ? telemetry : telemetry.withMeters(new MicrometerMeters(known));
      };
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(OpenTelemetry.class)
  static class Spans {
    @Bean
    TelemetryCustomizer meshSpans(ObjectProvider<OpenTelemetry> openTelemetry) {
      return telemetry -> {
        OpenTelemetry known = openTelemetry.getIfUnique();
        return known == null ? telemetry : telemetry.withTracing(new OpenTelemetryTracing(known));
      };
    }
  }
}
