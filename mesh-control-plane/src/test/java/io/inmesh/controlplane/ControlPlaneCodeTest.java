package io.inmesh.controlplane;

import io.inmesh.testkit.code.CodeRules;
import java.util.Set;

class ControlPlaneCodeTest extends CodeRules {
  ControlPlaneCodeTest() {
    super(ControlPlane.class, Set.of("io.inmesh.controlplane.ControlPlane"));
  }
}
