package io.inmesh.xds.json;

import io.inmesh.config.Resource;
import io.inmesh.plane.ResourceFormat;
import io.inmesh.xds.codec.Encoder;
import io.inmesh.xds.codec.Extensions;
import io.inmesh.xds.codec.TlsFlavor;

/** Resources in force as proto-JSON. The first use loads the descriptors of all messages. */
public final class ResourceJson implements ResourceFormat {
  private final ProtoJson json = new ProtoJson();
  private final Encoder encoder = new Encoder(Extensions.standard(), TlsFlavor.INMESH);

  @Override
  public String json(Resource resource) {
    return json.printRedacted(encoder.encode(resource));
  }
}
