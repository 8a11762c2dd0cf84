package io.inmesh.runtime.inbound;

import io.inmesh.runtime.wire.WireException;

/** Where a request goes, from its target and host (RFC 9112, 3.2). */
record Target(String authority, String path) {
  static Target of(String target, String host) throws WireException {
    if (target.startsWith("/") || target.equals("*")) {
      return new Target(host, target);
    }
    int scheme = target.indexOf("://");
    if (scheme <= 0) {
      throw new WireException(400, "not a request target");
    }
    int slash = target.indexOf('/', scheme + 3);
    int query = target.indexOf('?', scheme + 3);
    int end = slash < 0 || (query >= 0 && query < slash) ? query : slash;
    if (end < 0) {
      return new Target(target.substring(scheme + 3), "/");
    }
    String path = target.substring(end);
    return new Target(target.substring(scheme + 3, end), path.startsWith("/") ? path : "/" + path);
  }
}
