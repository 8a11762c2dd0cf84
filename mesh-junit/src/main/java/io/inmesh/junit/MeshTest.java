package io.inmesh.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test class with a mesh of its own: a control plane with a certificate authority on loopback, in
 * this process, on any free port and in a directory that is removed afterwards.
 *
 * <p>Its configuration is a file beside the test class: {@code FooTest.mesh.yaml}, else {@code
 * mesh.yaml}, else nothing, so that services are found by their names alone. One with errors fails
 * the test, with file and line.
 *
 * <p>Constructors, tests and methods around them may take a {@link MeshTestPlane}, which changes
 * the mesh while the test runs; and a {@link io.inmesh.Mesh} or {@link
 * io.inmesh.runtime.member.Member}, which calls as the service {@code test}, or as the one that
 * {@link As} names. Fields are set before each test if they are a {@code MeshTestPlane}, or carry
 * {@code @As}; static ones before all.
 *
 * <p>What a test changes ends with the test: servers, members and instances are gone, and the
 * configuration is put back. What is begun before all tests stays until they are over.
 *
 * <p>Beside {@code @SpringBootTest}, an application that has {@code inmesh.service} set joins the
 * test's mesh.
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(MeshTestExtension.class)
public @interface MeshTest {
  /**
   * The configuration file: a resource, relative to the package of the test class, or from the root
   * of the class path if it begins with a slash.
   */
  String value() default "";

  /** How long a mesh lives. */
  Life life() default Life.CLASS;

  /** How long a mesh lives. */
  enum Life {
    /** From before the first test of the class until after its last. */
    CLASS,
    /** For one test; the next one has a mesh with another authority. */
    METHOD
  }
}
