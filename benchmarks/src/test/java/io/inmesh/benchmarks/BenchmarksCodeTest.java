package io.inmesh.benchmarks;

import io.inmesh.benchmarks.client.Clients;
import io.inmesh.testkit.code.CodeRules;
import java.util.Set;

/** Whoever measures reads clocks: those packages are roots, and so is who puts a mesh together. */
class BenchmarksCodeTest extends CodeRules {
  BenchmarksCodeTest() {
    super(
        Clients.class,
        Set.of(
            "io.inmesh.benchmarks.drive",
            "io.inmesh.benchmarks.load",
            "io.inmesh.benchmarks.scale",
            "io.inmesh.benchmarks.client.FirstCall",
            "io.inmesh.benchmarks.client.Gigabyte",
            "io.inmesh.benchmarks.client.InmeshLean"));
  }
}
