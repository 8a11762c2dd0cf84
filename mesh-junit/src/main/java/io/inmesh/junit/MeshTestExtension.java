package io.inmesh.junit;

import io.inmesh.Mesh;
import io.inmesh.controlplane.config.ConfigFile;
import io.inmesh.junit.MeshTest.Life;
import io.inmesh.runtime.member.Member;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Does what {@link MeshTest} says. */
final class MeshTestExtension
    implements BeforeAllCallback,
        BeforeEachCallback,
        AfterEachCallback,
        AfterAllCallback,
        ParameterResolver {
  private static final ExtensionContext.Namespace OURS =
      ExtensionContext.Namespace.create(MeshTestExtension.class);
  private static final String NOBODY_IN_PARTICULAR = "test";

  /** A mesh, and the context whose end is its end. */
  private record Running(MeshTestPlane plane, Path directory, ExtensionContext owner) {}

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    if (running(context) == null && annotation(context).life() == Life.CLASS) {
      begin(context);
    }
    Running running = running(context);
    if (running != null) {
      fill(context.getRequiredTestClass(), null, running.plane());
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    if (running(context) == null) {
      begin(context);
    }
    Running running = require(context);
    for (Object instance : context.getRequiredTestInstances().getAllInstances()) {
      fill(instance.getClass(), instance, running.plane());
    }
    store(context).put(MeshTestPlane.Mark.class, running.plane().mark());
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    Running running = running(context);
    if (running == null) {
      return;
    }
    var mark = store(context).get(MeshTestPlane.Mark.class, MeshTestPlane.Mark.class);
    if (running.owner() == context) {
      end(running);
    } else if (mark != null) {
      running.plane().backTo(mark);
    }
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    Running running = running(context);
    if (running != null && running.owner() == context) {
      end(running);
    }
  }

  private static MeshTest annotation(ExtensionContext context) {
    for (Class<?> at = context.getRequiredTestClass(); at != null; at = at.getEnclosingClass()) {
      MeshTest found = at.getAnnotation(MeshTest.class);
      if (found != null) {
        return found;
      }
    }
    throw new ExtensionConfigurationException(
        context.getRequiredTestClass().getName() + " is not annotated with @MeshTest");
  }

  private static void begin(ExtensionContext context) throws IOException {
    Class<?> type = context.getRequiredTestClass();
    ConfigFile main = ConfigResource.find(type, annotation(context).value());
    Path directory = Files.createTempDirectory("inmesh-test");
    MeshTestPlane plane;
    try {
      plane = MeshTestPlane.start(directory, main);
    } catch (IOException | RuntimeException failed) {
      delete(directory);
      throw failed;
    }
    var running = new Running(plane, directory, context);
    store(context).put(Running.class, running);
    RunningPlanes.begun(type, plane);
  }

  private static void end(Running running) throws IOException {
    RunningPlanes.ended(running.plane());
    try {
      running.plane().close();
    } finally {
      delete(running.directory());
    }
  }

  private static void delete(Path directory) throws IOException {
    try (var all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (NoSuchFileException | DirectoryNotEmptyException writing) {
      // The control plane's last file was just being written: it may stay in a temporary directory.
      directory.toFile().deleteOnExit();
    }
  }

  private static ExtensionContext.Store store(ExtensionContext context) {
    return context.getStore(OURS);
  }

  /** Of the context or of one around it. */
  private static @Nullable Running running(ExtensionContext context) {
    return store(context).get(Running.class, Running.class);
  }

  private static Running require(ExtensionContext context) {
    Running running = running(context);
    if (running == null) {
      throw new ParameterResolutionException(
          "there is no mesh here: with @MeshTest(life = METHOD) it begins with each test, after"
              + " constructors and methods that run before all");
    }
    return running;
  }

  @Override
  public boolean supportsParameter(ParameterContext of, ExtensionContext context) {
    Parameter parameter = of.getParameter();
    Class<?> type = parameter.getType();
    boolean ours = type == MeshTestPlane.class || type == Mesh.class || type == Member.class;
    // A bean of an application that is asked for as such is not ours.
    boolean plain = parameter.getAnnotations().length == 0;
    return ours && (plain || of.isAnnotated(As.class));
  }

  @Override
  public Object resolveParameter(ParameterContext of, ExtensionContext context) {
    MeshTestPlane plane = require(context).plane();
    return value(of.getParameter().getType(), of.findAnnotation(As.class).orElse(null), plane);
  }

  private static Object value(Class<?> type, @Nullable As as, MeshTestPlane plane) {
    if (type == MeshTestPlane.class) {
      return plane;
    }
    Member member = plane.shared(as == null ? NOBODY_IN_PARTICULAR : as.value());
    return type == Member.class ? member : member.mesh();
  }

  private static void fill(Class<?> type, @Nullable Object instance, MeshTestPlane plane)
      throws IllegalAccessException {
    for (Class<?> at = type; at != null && at != Object.class; at = at.getSuperclass()) {
      for (Field field : at.getDeclaredFields()) {
        As as = field.getAnnotation(As.class);
        boolean wanted = as != null || field.getType() == MeshTestPlane.class;
        if (wanted && Modifier.isStatic(field.getModifiers()) == (instance == null)) {
          set(field, instance, as, plane);
        }
      }
    }
  }

  private static void set(
      Field field, @Nullable Object instance, @Nullable As as, MeshTestPlane plane)
      throws IllegalAccessException {
    boolean known = Set.of(MeshTestPlane.class, Mesh.class, Member.class).contains(field.getType());
    if (!known || Modifier.isFinal(field.getModifiers())) {
      throw new ExtensionConfigurationException(
          field + ": must be a MeshTestPlane, Mesh or Member, and not final");
    }
    field.setAccessible(true);
    field.set(instance, value(field.getType(), as, plane));
  }
}
