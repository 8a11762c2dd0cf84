package io.inmesh.spring;

import io.inmesh.testkit.code.CodeRules;
import java.util.Set;

class SpringCodeTest extends CodeRules {
  SpringCodeTest() {
    super(
        MeshAutoConfiguration.class,
        Set.of(
            "io.inmesh.spring.MeshAutoConfiguration",
            "io.inmesh.spring.MeshHealthAutoConfiguration"));
  }
}
