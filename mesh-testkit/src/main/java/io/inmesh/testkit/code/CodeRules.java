package io.inmesh.testkit.code;

import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/**
 * The rules, as a test to extend once per module:
 *
 * <pre>{@code
 * class RuntimeCodeTest extends CodeRules {
 *   RuntimeCodeTest() {
 *     super(Mesh.class, Set.of("io.inmesh.runtime.MeshBuilder"));
 *   }
 * }
 * }</pre>
 */
public abstract class CodeRules {
  private static final Pattern AMBIENT =
      Pattern.compile(
          "java\\.lang\\.System\\.(nanoTime|currentTimeMillis|getenv)\\(.*"
              + "|java\\.lang\\.Math\\.random\\(\\)"
              + "|java\\.time\\.\\w+\\.now\\(\\)"
              + "|java\\.time\\.Clock\\.(system\\w+|tick\\w+)\\(.*"
              + "|java\\.util\\.Random\\.<init>\\(.*"
              + "|java\\.util\\.SplittableRandom\\.<init>\\(\\)"
              + "|java\\.util\\.concurrent\\.ThreadLocalRandom\\.current\\(\\)"
              + "|java\\.util\\.UUID\\.randomUUID\\(\\)");
  private static final Pattern SLEEP =
      Pattern.compile("java\\.(lang\\.Thread|util\\.concurrent\\.TimeUnit)\\.sleep\\(.*");
  private static final Pattern EMPTY_WORD =
      Pattern.compile("(Default|Abstract)[A-Z].*|.*[a-z](Impl|Manager|Utils?|Helper)");

  private final JavaClasses code;
  private final Set<String> compositionRoots;

  /**
   * Rules for the module that a class belongs to.
   *
   * @param inside any class of the module's main code
   * @param compositionRoots full names of the classes, or packages, that choose clocks, randomness
   *     and environment for all others; classes nested in them are included
   */
  protected CodeRules(Class<?> inside, Set<String> compositionRoots) {
    this.code =
        new ClassFileImporter()
            .importLocations(
                Set.of(Location.of(inside.getProtectionDomain().getCodeSource().getLocation())));
    this.compositionRoots = Set.copyOf(compositionRoots);
  }

  /** The module's main code, for rules of its own. */
  protected final JavaClasses code() {
    return code;
  }

  @Test
  void packagesHaveNoCycles() {
    slices().assignedFrom(new EachPackage()).should().beFreeOfCycles().check(code);
  }

  @Test
  void packagesAreNullMarked() {
    classes()
        .should(
            be(
                DescribedPredicate.<JavaClass>describe(
                    "in a @NullMarked package",
                    type -> type.getPackage().isAnnotatedWith(NullMarked.class))))
        .check(code);
  }

  @Test
  void timeRandomnessAndEnvironmentAreArguments() {
    noClasses()
        .that(
            DescribedPredicate.describe(
                "are no composition roots", type -> !isCompositionRoot(outermost(type))))
        .should()
        .accessTargetWhere(
            DescribedPredicate.<JavaAccess<?>>describe(
                "the target is a clock, a source of randomness or the environment",
                access -> AMBIENT.matcher(target(access)).matches()))
        .because("clocks, random sources and settings are constructor arguments")
        .allowEmptyShould(true)
        .check(code);
  }

  @Test
  void nothingSleeps() {
    noClasses()
        .should()
        .accessTargetWhere(
            DescribedPredicate.<JavaAccess<?>>describe(
                "the target is sleep", access -> SLEEP.matcher(target(access)).matches()))
        .check(code);
  }

  @Test
  void staticFieldsAreFinal() {
    fields().that().areStatic().should().beFinal().allowEmptyShould(true).check(code);
  }

  @Test
  void namesHaveNoEmptyWords() {
    noClasses()
        .should(
            be(
                DescribedPredicate.<JavaClass>describe(
                    "named Default…, Abstract…, …Impl, …Manager, …Util or …Helper",
                    type -> EMPTY_WORD.matcher(type.getSimpleName()).matches())))
        .check(code);
  }

  private boolean isCompositionRoot(JavaClass type) {
    return compositionRoots.contains(type.getName())
        || compositionRoots.contains(type.getPackageName());
  }

  private static String target(JavaAccess<?> access) {
    return access.getTarget().getFullName();
  }

  private static JavaClass outermost(JavaClass type) {
    return type.getEnclosingClass().map(CodeRules::outermost).orElse(type);
  }

  private static final class EachPackage implements SliceAssignment {
    @Override
    public SliceIdentifier getIdentifierOf(JavaClass type) {
      return type.getPackageName().startsWith("io.inmesh")
          ? SliceIdentifier.of(type.getPackageName())
          : SliceIdentifier.ignore();
    }

    @Override
    public String getDescription() {
      return "packages";
    }
  }
}
