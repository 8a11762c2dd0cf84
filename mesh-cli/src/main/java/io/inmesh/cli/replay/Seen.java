package io.inmesh.cli.replay;

import io.inmesh.call.Headers;
import io.inmesh.transport.Stream.RequestHead;
import java.util.Set;

/** A request as a backend saw it on the wire. */
record Seen(
    String cluster, String endpoint, String method, String path, String host, Headers headers) {
  /** Methods for which HTTP/1.1 needs no {@code content-length: 0}. */
  private static final Set<String> BODILESS = Set.of("GET", "HEAD", "DELETE", "TRACE", "CONNECT");

  static Seen of(String cluster, String endpoint, RequestHead head, Headers headers, long length) {
    var sent = new Headers();
    for (int i = 0; i < headers.size(); i++) {
      sent.addLower(headers.name(i), headers.value(i).strip());
    }
    boolean needed = length > 0 || !BODILESS.contains(head.method());
    if (needed && !sent.contains("content-length")) {
      sent.addLower("content-length", Long.toString(Math.max(0, length)));
    }
    // A space in the target ends it, for the recorded backends as for any other server.
    String target = head.path();
    int space = target.indexOf(' ');
    return new Seen(
        cluster,
        endpoint,
        head.method(),
        space < 0 ? target : target.substring(0, space),
        head.authority(),
        sent);
  }

  boolean isMirror() {
    return cluster.equals("m0") || cluster.equals("m1");
  }
}
