package io.inmesh.controlplane;

import io.inmesh.config.Resource;
import io.inmesh.controlplane.config.raw.ResourceDecoder;
import io.inmesh.xds.codec.Decoder;
import io.inmesh.xds.json.ProtoJson;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads raw xDS resources. The descriptors of all messages are loaded with the first one. Not for
 * use by several threads at once.
 */
public final class XdsJson implements ResourceDecoder {
  private final Decoder decoder = new Decoder();
  private @Nullable ProtoJson json;

  @Override
  public Resource decode(Map<String, Object> value) {
    ProtoJson reader = json;
    if (reader == null) {
      reader = new ProtoJson();
      json = reader;
    }
    return decoder.decode(reader.resource(value)).orThrow();
  }
}
