package io.inmesh.runtime.filter;

import io.inmesh.call.HttpFilter;
import io.inmesh.config.Extension;
import io.inmesh.runtime.live.Scope;

/** How a filter is made from its settings. */
public record FilterType<E extends Extension>(Class<E> settings, Maker<E> maker) {
  /** Makes a filter. */
  @FunctionalInterface
  public interface Maker<E> {
    /**
     * Makes a filter.
     *
     * @param owner the path of the place whose settings these are: state that outlives an update is
     *     kept in {@code live} under it
     */
    HttpFilter make(E settings, String owner, Scope live);
  }

  HttpFilter make(Extension value, String owner, Scope live) {
    return maker.make(settings.cast(value), owner, live);
  }
}
