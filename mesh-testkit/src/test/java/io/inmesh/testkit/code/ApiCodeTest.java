package io.inmesh.testkit.code;

import io.inmesh.config.RouteConfiguration;
import java.util.Set;

/** Stands here because the API's own tests cannot use this module. */
class ApiCodeTest extends CodeRules {
  ApiCodeTest() {
    super(RouteConfiguration.class, Set.of());
  }
}
