package io.inmesh.runtime.inbound;

import io.inmesh.runtime.wire.Fields;
import io.inmesh.runtime.wire.WireException;

/** Where a request goes, from its target and host (RFC 9112, 3.2). */
record Target(String authority, String path) {
  static Target of(String method, String target, String host) throws WireException {
    if (target.startsWith("/") || (target.equals("*") && method.equals("OPTIONS"))) {
      return new Target(host, target);
    }
    int scheme = target.indexOf("://");
    if (scheme <= 0) {
      throw new WireException(400, "not a request target");
    }
    int slash = target.indexOf('/', scheme + 3);
    int query = target.indexOf('?', scheme + 3);
    int end = slash < 0 || (query >= 0 && query < slash) ? query : slash;
    String path = end < 0 ? "/" : target.substring(end);
    String authority = end < 0 ? target.substring(scheme + 3) : target.substring(scheme + 3, end);
    // What stands before an @ names no host (RFC 9110, 4.2.4).
    authority = authority.substring(authority.lastIndexOf('@') + 1);
    if (authority.isEmpty() || !Fields.isAuthority(authority)) {
      throw new WireException(400, "not a request target");
    }
    return new Target(authority, path.startsWith("/") ? path : "/" + path);
  }
}
