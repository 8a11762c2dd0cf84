package io.inmesh.junit;

import java.util.Map;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.test.annotation.DirtiesContext.HierarchyMode;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.MergedContextConfiguration;
import org.springframework.test.context.TestContextManager;

/**
 * Lets the application of a test join the test's mesh: it finds its join file there. The
 * application ends with the mesh.
 *
 * @param test the class whose mesh it is; no other class shares the application
 */
record MeshContextCustomizer(Class<?> test) implements ContextCustomizer {
  @Override
  public void customizeContext(
      ConfigurableApplicationContext context, MergedContextConfiguration configuration) {
    ConfigurableEnvironment environment = context.getEnvironment();
    String service = environment.getProperty("inmesh.service", "");
    if (service.isEmpty() || environment.containsProperty("inmesh.join")) {
      return;
    }
    MeshTestPlane plane = RunningPlanes.of(test);
    if (plane == null) {
      throw new IllegalStateException(
          "the mesh of "
              + test.getName()
              + " has not begun when its application starts: that needs @MeshTest(life = CLASS)");
    }
    String namespace = environment.getProperty("inmesh.namespace", ServiceName.DEFAULT_NAMESPACE);
    String file = plane.joinFile(new ServiceName(service, namespace).toString()).toString();
    environment
        .getPropertySources()
        .addFirst(new MapPropertySource("meshTest", Map.of("inmesh.join", file)));
    plane.opened(
        () ->
            new TestContextManager(test)
                .getTestContext()
                .markApplicationContextDirty(HierarchyMode.EXHAUSTIVE));
  }
}
