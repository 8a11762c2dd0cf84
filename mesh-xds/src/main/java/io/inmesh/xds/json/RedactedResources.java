package io.inmesh.xds.json;

import com.google.protobuf.Any;
import com.google.protobuf.Empty;
import com.google.protobuf.TypeRegistry;
import io.inmesh.config.Resource;
import io.inmesh.proto.ProtoFiles;
import io.inmesh.xds.codec.Encoder;
import io.inmesh.xds.codec.Extensions;
import io.inmesh.xds.codec.TlsFlavor;
import java.util.function.Function;

/**
 * Resources as messages that may be shown: keys and passwords are left out. The first use loads the
 * descriptors of all messages.
 */
public final class RedactedResources implements Function<Resource, Any> {
  private final Encoder encoder = new Encoder(Extensions.standard(), TlsFlavor.INMESH);
  private final Redaction redaction;

  /** For all messages that are known. */
  public RedactedResources() {
    var types = TypeRegistry.newBuilder().add(Empty.getDescriptor());
    ProtoFiles.all().forEach(file -> types.add(file.getMessageTypes()));
    this.redaction = new Redaction(types.build());
  }

  @Override
  public Any apply(Resource resource) {
    return redaction.content(encoder.encode(resource));
  }
}
