package io.inmesh.spring;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** The application has a web server of its own: not one that a test only imitates. */
final class OnWebServer extends SpringBootCondition {
  @Override
  public ConditionOutcome getMatchOutcome(
      ConditionContext context, AnnotatedTypeMetadata metadata) {
    boolean has = context.getResourceLoader() instanceof WebServerApplicationContext;
    return new ConditionOutcome(
        has,
        ConditionMessage.forCondition("mesh server")
            .because(has ? "a web server is started" : "no web server is started"));
  }
}
