package io.inmesh.xds.ads;

import com.google.protobuf.ByteString;
import io.inmesh.config.Resource;
import java.util.List;

/** An accepted resource, with the bytes it came in: the same bytes again are the same resource. */
record Held(Resource resource, ByteString message, String version, List<String> unsupported) {
  Held withVersion(String other) {
    return other.equals(version) ? this : new Held(resource, message, other, unsupported);
  }
}
