package io.inmesh.runtime.route;

import io.inmesh.config.RouteConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * What is done to a request before routes are matched: path and authority are put in order, headers
 * that nobody outside may set are removed, the caller is found out.
 */
public final class Preparation {
  public Preparation(RouteSettings settings, RouteConfiguration.Options options) {}

  /** Changes the request, or answers it: then no filter runs on the request. */
  public @Nullable LocalReply prepare(RequestEdit call) {
    throw new UnsupportedOperationException();
  }
}
