package io.inmesh.spring;

import io.inmesh.runtime.member.MemberBuilder;

/**
 * Changes how the application joins the mesh, before it does. Beans of this type are asked in their
 * order; what they set comes after the properties, and wins.
 */
@FunctionalInterface
public interface MemberCustomizer {
  /** Changes what is to be changed. */
  void customize(MemberBuilder member);
}
