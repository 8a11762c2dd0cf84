package io.inmesh.examples;

import io.inmesh.examples.platform.PlainService;
import io.inmesh.testkit.code.CodeRules;
import java.util.Set;

class ExamplesCodeTest extends CodeRules {
  ExamplesCodeTest() {
    super(PlainService.class, Set.of("io.inmesh.examples.platform"));
  }
}
