package io.inmesh.runtime.filter;

import io.inmesh.config.Buffer;
import io.inmesh.runtime.stage.FilteredCall;
import io.inmesh.runtime.stage.Stage;

/** Holds a request until it is whole. Source: envoy.extensions.filters.http.buffer.v3. */
final class BufferFilter extends Stage {
  private final long most;

  BufferFilter(Buffer settings) {
    this.most = settings.maxBytes();
  }

  @Override
  protected Verdict request(FilteredCall call) {
    return call.awaitBody(most);
  }
}
