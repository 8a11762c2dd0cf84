package io.inmesh.junit;

import io.inmesh.testkit.code.CodeRules;
import java.util.Set;

class JunitCodeTest extends CodeRules {
  JunitCodeTest() {
    super(MeshTest.class, Set.of("io.inmesh.junit.MeshTestPlane"));
  }
}
