package io.inmesh.xds.snapshot;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.inmesh.config.Resource;
import io.inmesh.proto.envoy.config.core.v3.ControlPlane;
import io.inmesh.proto.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.inmesh.xds.ads.ResourceMemory.Kept;
import io.inmesh.xds.ads.ResourceMemory.Recalled;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The file: a mark, a SHA-256 of the rest, and a delta response that holds all resources. The scope
 * stands in the response's control plane.
 */
final class SnapshotFormat {
  /** Bytes of a file beside its resources; generous. */
  static final int OVERHEAD = 4096;

  private static final byte[] MARK = "INMESH1\n".getBytes(StandardCharsets.US_ASCII);
  private static final int DIGEST = 32;
  private static final int PER_RESOURCE = 128;

  private final String scope;

  SnapshotFormat(String scope) {
    this.scope = scope;
  }

  /** About what a resource takes in the file; not less. */
  static long size(Kept kept) {
    return kept.message().size()
        + 3L * kept.key().name().length()
        + kept.version().length()
        + PER_RESOURCE;
  }

  byte[] write(Recalled config) {
    DeltaDiscoveryResponse.Builder body =
        DeltaDiscoveryResponse.newBuilder()
            .setSystemVersionInfo(config.revision())
            .setControlPlane(ControlPlane.newBuilder().setIdentifier(scope));
    for (Kept kept : config.resources()) {
      body.addResources(
          io.inmesh.proto.envoy.service.discovery.v3.Resource.newBuilder()
              .setName(kept.key().name())
              .setVersion(kept.version())
              .setResource(
                  Any.newBuilder().setTypeUrl(kept.key().type().url()).setValue(kept.message())));
    }
    byte[] bytes = body.build().toByteArray();
    var file = new ByteArrayOutputStream(MARK.length + DIGEST + bytes.length);
    file.writeBytes(MARK);
    file.writeBytes(digest(bytes, 0));
    file.writeBytes(bytes);
    return file.toByteArray();
  }

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException if it is not one of ours, damaged, or of another scope
   */
  Recalled read(byte[] file) {
    int head = MARK.length + DIGEST;
    if (file.length < head || !Arrays.equals(MARK, Arrays.copyOf(file, MARK.length))) {
      throw new IllegalArgumentException("not a snapshot of this version");
    }
    if (!MessageDigest.isEqual(Arrays.copyOfRange(file, MARK.length, head), digest(file, head))) {
      throw new IllegalArgumentException("it is damaged");
    }
    try {
      var body = DeltaDiscoveryResponse.parser().parseFrom(file, head, file.length - head);
      String of = body.getControlPlane().getIdentifier();
      if (!of.equals(scope)) {
        throw new IllegalArgumentException("it is of " + of + ", not of " + scope);
      }
      return new Recalled(body.getSystemVersionInfo(), resources(body));
    } catch (InvalidProtocolBufferException malformed) {
      throw new IllegalArgumentException("it is malformed: " + malformed.getMessage(), malformed);
    }
  }

  private static List<Kept> resources(DeltaDiscoveryResponse body) {
    var resources = new ArrayList<Kept>();
    for (io.inmesh.proto.envoy.service.discovery.v3.Resource resource : body.getResourcesList()) {
      String url = resource.getResource().getTypeUrl();
      for (Resource.Type type : Resource.Type.values()) {
        if (type.url().equals(url) && type != Resource.Type.SECRET) {
          resources.add(
              new Kept(
                  new Resource.Key(type, resource.getName()),
                  resource.getVersion(),
                  resource.getResource().getValue()));
        }
      }
    }
    return resources;
  }

  private static byte[] digest(byte[] bytes, int from) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(bytes, from, bytes.length - from);
      return digest.digest();
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
