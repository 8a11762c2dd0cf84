package io.inmesh.spring.inbound;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/** Request targets as the mesh judges them, and as applications dispatch them. */
public final class Paths {
  private Paths() {}

  /** Without the query. */
  public static String path(String target) {
    int query = target.indexOf('?');
    return query < 0 ? target : target.substring(0, query);
  }

  /**
   * Whether what was judged is certainly not what an application would dispatch by. Parameters of
   * path segments are part of what is judged, and ignored by dispatchers: {@code /admin;x} would
   * pass by a rule for {@code /admin}.
   */
  public static boolean hasParameters(String target) {
    return path(target).indexOf(';') >= 0;
  }

  /** A path with its escapes resolved; itself if they are malformed. */
  public static String decoded(String path) {
    try {
      return URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException malformed) {
      return path;
    }
  }
}
