package io.inmesh.runtime.route;

import io.inmesh.runtime.format.RequestEdit;
import org.jspecify.annotations.Nullable;

/** A call that knows its compiled route. Implemented by the call itself. */
public interface RoutedCall extends RequestEdit {
  /** The current route, or null. */
  @Nullable RouteEntry<?> entry();
}
