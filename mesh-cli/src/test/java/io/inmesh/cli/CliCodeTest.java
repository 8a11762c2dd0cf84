package io.inmesh.cli;

import io.inmesh.testkit.code.CodeRules;
import java.util.Set;

class CliCodeTest extends CodeRules {
  CliCodeTest() {
    super(
        Main.class,
        Set.of(
            "io.inmesh.cli.Main",
            "io.inmesh.cli.command",
            "io.inmesh.cli.demo",
            "io.inmesh.cli.replay.LiveWorld"));
  }
}
