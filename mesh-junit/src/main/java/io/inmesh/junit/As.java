package io.inmesh.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * As which service a {@link io.inmesh.Mesh} or {@link io.inmesh.runtime.member.Member} of a test
 * calls. All that name the same one are one member, which is there as long as the mesh.
 */
@Documented
@Target({ElementType.PARAMETER, ElementType.FIELD})
@Retention(RetentionPolicy.RUNTIME)
public @interface As {
  /** {@code SERVICE}, or {@code SERVICE.NAMESPACE}. */
  String value();
}
