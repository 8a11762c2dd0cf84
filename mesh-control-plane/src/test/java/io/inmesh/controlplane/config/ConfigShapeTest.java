package io.inmesh.controlplane.config;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The packages of the configuration depend on each other one way only. */
@AnalyzeClasses(
    packages = "io.inmesh.controlplane.config",
    importOptions = ImportOption.DoNotIncludeTests.class)
final class ConfigShapeTest {
  @ArchTest
  static final ArchRule NO_CYCLES =
      slices().matching("io.inmesh.controlplane.(config..)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule MODEL_KNOWS_NO_FORMAT =
      noClasses()
          .that()
          .resideInAnyPackage("..config.model..", "..config.compile..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("..config.istio..", "..config.meshyaml..", "..config.yaml..");

  @ArchTest
  static final ArchRule MESSAGES_STAY_IN_THE_CODEC =
      noClasses()
          .that()
          .resideOutsideOfPackage("..config.raw..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.inmesh.proto..", "com.google.protobuf..", "io.inmesh.xds..");
}
