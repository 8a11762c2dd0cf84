package io.inmesh.spring;

import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;

/** The application says who it is. */
final class JoinCondition extends AnyNestedCondition {
  JoinCondition() {
    super(ConfigurationPhase.PARSE_CONFIGURATION);
  }

  @ConditionalOnProperty("inmesh.service")
  static final class ByService {}

  @ConditionalOnProperty("inmesh.join")
  static final class ByFile {}
}
