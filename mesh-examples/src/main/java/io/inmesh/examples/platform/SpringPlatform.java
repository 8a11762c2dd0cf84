package io.inmesh.examples.platform;

import io.inmesh.call.LogSink;
import io.inmesh.spring.TelemetryCustomizer;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.io.IOException;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * The same for the shop's Spring Boot applications. It stands on the class path, as a company's own
 * starter would, so that the applications themselves say nothing of logs, spans or the mesh.
 */
@AutoConfiguration
public final class SpringPlatform {
  /** What is said when both servers, the application's and the actuators', listen. */
  @Bean
  ApplicationListener<ApplicationReadyEvent> readyLine(Environment environment) {
    return event ->
        System.out.println(
            "ready port="
                + environment.getProperty("local.server.port")
                + " metrics="
                + environment.getProperty("local.management.port"));
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnProperty("shop.logs")
  static class Spans {
    @Bean
    SpanProcessor spanLines(Environment environment) throws IOException {
      return SimpleSpanProcessor.create(files(environment).spans());
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnProperty("shop.logs")
  @ConditionalOnClass(TelemetryCustomizer.class)
  static class AccessLog {
    @Bean
    TelemetryCustomizer accessLines(Environment environment) throws IOException {
      LogSink lines = files(environment).accessLog();
      return telemetry -> telemetry.withAccessLog(LogFiles.SHARE, lines);
    }
  }

  private static LogFiles files(Environment environment) throws IOException {
    return LogFiles.of(
        environment.getRequiredProperty("shop.logs"),
        environment.getRequiredProperty("shop.instance"));
  }
}
