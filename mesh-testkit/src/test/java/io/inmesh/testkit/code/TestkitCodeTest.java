package io.inmesh.testkit.code;

import java.util.Set;

class TestkitCodeTest extends CodeRules {
  TestkitCodeTest() {
    // A contract is a test: it runs a plane on real time.
    super(CodeRules.class, Set.of("io.inmesh.testkit.plane.ConfigPlaneContract"));
  }
}
