package io.inmesh.junit;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The meshes of the test classes that run now. Static, because Spring makes an application's
 * context for a class, and knows nothing of the test's own context.
 */
final class RunningPlanes {
  private static final Map<Class<?>, MeshTestPlane> BY_CLASS = new ConcurrentHashMap<>();

  private RunningPlanes() {}

  static void begun(Class<?> type, MeshTestPlane plane) {
    BY_CLASS.put(type, plane);
  }

  static void ended(MeshTestPlane plane) {
    BY_CLASS.values().removeIf(known -> known == plane);
  }

  /** The mesh of a class, or of the one around it. */
  static @Nullable MeshTestPlane of(Class<?> type) {
    MeshTestPlane plane = null;
    for (Class<?> at = type; at != null && plane == null; at = at.getEnclosingClass()) {
      plane = BY_CLASS.get(at);
    }
    return plane;
  }
}
