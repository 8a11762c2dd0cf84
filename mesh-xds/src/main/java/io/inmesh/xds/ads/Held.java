package io.inmesh.xds.ads;

import io.inmesh.config.Resource;
import java.util.List;

/**
 * An accepted resource, and what its bytes were: the same bytes again are the same resource. The
 * bytes themselves are let go.
 */
record Held(Resource resource, Fingerprint bytes, String version, List<String> unsupported) {
  Held withVersion(String other) {
    return other.equals(version) ? this : new Held(resource, bytes, other, unsupported);
  }
}
