package io.inmesh.junit;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;

/** Found by Spring's tests through {@code META-INF/spring.factories}. */
final class MeshContextCustomizerFactory implements ContextCustomizerFactory {
  @Override
  public @Nullable ContextCustomizer createContextCustomizer(
      Class<?> test, List<ContextConfigurationAttributes> attributes) {
    for (Class<?> at = test; at != null; at = at.getEnclosingClass()) {
      if (at.isAnnotationPresent(MeshTest.class)) {
        return new MeshContextCustomizer(test);
      }
    }
    return null;
  }
}
