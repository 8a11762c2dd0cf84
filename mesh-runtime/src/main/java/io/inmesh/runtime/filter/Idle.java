package io.inmesh.runtime.filter;

import io.inmesh.call.HttpFilter;

/** A filter that has nothing to do. */
record Idle() implements HttpFilter {
  /** The one that serves everywhere. */
  static final HttpFilter FILTER = new Idle();

  @Override
  public boolean isPure() {
    return true;
  }
}
