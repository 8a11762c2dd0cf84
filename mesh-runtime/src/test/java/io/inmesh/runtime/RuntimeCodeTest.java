package io.inmesh.runtime;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.inmesh.testkit.code.CodeRules;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RuntimeCodeTest extends CodeRules {
  private static final String ROOT = "io.inmesh.runtime";

  RuntimeCodeTest() {
    super(MeshRuntime.class, Set.of(ROOT + ".MeshBuilder", ROOT + ".member.Member"));
  }

  /** Who may import whom. What is not named here is nobody's business but the layers' above it. */
  @Test
  void layersLookDownOnly() {
    JavaClasses code =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("runtime")
        .definedBy(ROOT)
        .layer("assemble")
        .definedBy(ROOT + ".assemble..")
        .layer("engine")
        .definedBy(ROOT + ".engine..")
        .layer("edge")
        .definedBy(ROOT + ".edge..")
        .layer("route")
        .definedBy(ROOT + ".route..")
        .layer("filter")
        .definedBy(ROOT + ".filter..")
        .layer("cluster")
        .definedBy(ROOT + ".cluster..")
        .layer("balance")
        .definedBy(ROOT + ".balance..")
        .layer("net")
        .definedBy(ROOT + ".net..")
        .layer("inbound")
        .definedBy(ROOT + ".inbound..")
        .layer("enforcement")
        .definedBy(ROOT + ".enforcement..")
        .layer("downstream")
        .definedBy(ROOT + ".downstream..")
        .layer("identity")
        .definedBy(ROOT + ".identity..")
        .layer("observe")
        .definedBy(ROOT + ".observe..")
        .layer("tls")
        .definedBy(ROOT + ".tls..")
        .layer("wire")
        .definedBy(ROOT + ".wire..")
        .layer("resolve")
        .definedBy(ROOT + ".resolve..")
        .layer("match")
        .definedBy(ROOT + ".match..")
        .layer("format")
        .definedBy(ROOT + ".format..")
        .layer("stats")
        .definedBy(ROOT + ".stats..")
        .layer("stage")
        .definedBy(ROOT + ".stage..")
        .layer("live")
        .definedBy(ROOT + ".live..")
        .whereLayer("runtime")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("assemble")
        .mayOnlyBeAccessedByLayers("runtime")
        .whereLayer("enforcement")
        .mayOnlyBeAccessedByLayers("runtime", "assemble")
        .whereLayer("downstream")
        .mayOnlyBeAccessedByLayers("runtime", "assemble", "enforcement", "engine", "inbound")
        .whereLayer("engine")
        .mayOnlyBeAccessedByLayers("runtime", "assemble", "enforcement", "observe")
        .whereLayer("edge")
        .mayOnlyBeAccessedByLayers("runtime")
        .whereLayer("route")
        .mayOnlyBeAccessedByLayers("runtime", "assemble", "engine")
        .whereLayer("filter")
        .mayOnlyBeAccessedByLayers("runtime", "assemble")
        .whereLayer("cluster")
        .mayOnlyBeAccessedByLayers("runtime", "assemble", "engine", "observe")
        .whereLayer("balance")
        .mayOnlyBeAccessedByLayers("cluster")
        .whereLayer("net")
        .mayOnlyBeAccessedByLayers("runtime", "inbound")
        .whereLayer("inbound")
        .mayOnlyBeAccessedByLayers("runtime", "observe")
        .whereLayer("identity")
        .mayOnlyBeAccessedByLayers("runtime")
        .whereLayer("observe")
        .mayOnlyBeAccessedByLayers("runtime")
        .whereLayer("tls")
        .mayOnlyBeAccessedByLayers("runtime", "net", "inbound", "filter")
        .whereLayer("wire")
        .mayOnlyBeAccessedByLayers("net", "inbound")
        .whereLayer("resolve")
        .mayOnlyBeAccessedByLayers("assemble")
        .whereLayer("stats")
        .mayOnlyBeAccessedByLayers("runtime", "cluster", "engine", "observe", "inbound")
        .whereLayer("live")
        .mayOnlyBeAccessedByLayers("assemble", "cluster", "filter")
        .whereLayer("format")
        .mayOnlyBeAccessedByLayers(
            "runtime", "assemble", "engine", "route", "filter", "observe", "stage")
        .whereLayer("match")
        .mayOnlyBeAccessedByLayers("runtime", "assemble", "engine", "route", "filter", "format")
        .whereLayer("stage")
        .mayOnlyBeAccessedByLayers("runtime", "assemble", "engine", "filter")
        .check(code);
  }
}
