package io.inmesh.testkit.code;

import java.util.Set;

class TestkitCodeTest extends CodeRules {
  TestkitCodeTest() {
    super(CodeRules.class, Set.of());
  }
}
