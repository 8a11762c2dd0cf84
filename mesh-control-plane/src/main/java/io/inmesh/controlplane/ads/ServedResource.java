package io.inmesh.controlplane.ads;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import io.inmesh.config.DiscoveredHost;
import io.inmesh.config.Resource;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * A resource as it is served: encoded once, for all nodes that get it. Its version is a digest of
 * its content, so that it means the same after a restart.
 */
public final class ServedResource {
  private static final int DIGEST_BYTES = 12;

  private final Resource.Key key;
  private final String version;
  private final Any message;
  private final io.inmesh.proto.envoy.service.discovery.v3.Resource wrapped;
  private final Set<Resource.Key> references;

  private final List<String> domains;

  private ServedResource(
      Resource.Key key,
      String version,
      Any message,
      Set<Resource.Key> references,
      List<String> domains) {
    this.domains = List.copyOf(domains);
    this.key = key;
    this.version = version;
    this.message = message;
    this.references = Set.copyOf(references);
    this.wrapped =
        io.inmesh.proto.envoy.service.discovery.v3.Resource.newBuilder()
            .setName(key.name())
            .setVersion(version)
            .setResource(message)
            .build();
  }

  /**
   * A resource.
   *
   * @param message its protobuf message
   * @param references what it refers to
   */
  public static ServedResource of(
      Resource.Key key, ByteString message, Set<Resource.Key> references) {
    Any any = Any.newBuilder().setTypeUrl(key.type().url()).setValue(message).build();
    return new ServedResource(key, digest(message), any, references, List.of());
  }

  /**
   * A resource.
   *
   * @param message its protobuf message
   */
  public static ServedResource of(Resource resource, ByteString message) {
    Any any = Any.newBuilder().setTypeUrl(resource.type().url()).setValue(message).build();
    return new ServedResource(
        resource.key(),
        digest(message),
        any,
        resource.references(),
        resource instanceof DiscoveredHost host ? host.host().domains() : List.of());
  }

  /** The domains under which it is asked for, if it is a virtual host. */
  List<String> domains() {
    return domains;
  }

  private static String digest(ByteString message) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(message.asReadOnlyByteBuffer());
      return HexFormat.of().formatHex(digest.digest(), 0, DIGEST_BYTES);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  public Resource.Key key() {
    return key;
  }

  /** A digest of the content. */
  public String version() {
    return version;
  }

  /** As it stands in a state-of-the-world response. */
  public Any message() {
    return message;
  }

  /** As it stands in a delta response. */
  io.inmesh.proto.envoy.service.discovery.v3.Resource wrapped() {
    return wrapped;
  }

  /** What it refers to. */
  public Set<Resource.Key> references() {
    return references;
  }

  @Override
  public String toString() {
    return key + "@" + version;
  }
}
