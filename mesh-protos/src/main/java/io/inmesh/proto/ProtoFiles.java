package io.inmesh.proto;

import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.TypeRegistry;
import java.util.List;

/**
 * The files that messages are generated from.
 *
 * <p>Asking for any of this loads the descriptors of all files, which takes a noticeable moment.
 * Reading and writing binary messages does not need it; proto-JSON with {@code Any} inside does.
 */
public final class ProtoFiles {
  private ProtoFiles() {}

  /** Every generated file, without the well-known types of protobuf itself. */
  public static List<FileDescriptor> all() {
    return Loaded.FILES;
  }

  /** Finds the type of an {@code Any} by its URL, for {@code JsonFormat}. */
  public static TypeRegistry types() {
    return Loaded.TYPES;
  }

  private static final class Loaded {
    static final List<FileDescriptor> FILES = List.of(GeneratedFiles.all());
    static final TypeRegistry TYPES = types();

    private static TypeRegistry types() {
      TypeRegistry.Builder types = TypeRegistry.newBuilder();
      FILES.forEach(file -> types.add(file.getMessageTypes()));
      return types.build();
    }
  }
}
