package io.inmesh.xds;

import io.inmesh.testkit.code.CodeRules;
import io.inmesh.xds.codec.Decoder;
import java.util.Set;

class XdsCodeTest extends CodeRules {
  XdsCodeTest() {
    super(Decoder.class, Set.of("io.inmesh.xds.AdsConnector"));
  }
}
