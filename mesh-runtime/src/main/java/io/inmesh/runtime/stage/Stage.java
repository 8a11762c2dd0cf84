package io.inmesh.runtime.stage;

import io.inmesh.call.Call;
import io.inmesh.call.Headers;
import io.inmesh.call.HttpFilter;

/** A filter of this runtime: it asks more of a call than filters of others may. */
public abstract class Stage implements HttpFilter {
  /** Before the request is routed. */
  protected Verdict request(FilteredCall call) {
    return Verdict.CONTINUE;
  }

  /** Before a response goes on to the caller. */
  protected void response(FilteredCall call, int status, Headers headers) {}

  /** Before the trailers of a response go on to the caller, if there are any. */
  public void trailers(FilteredCall call, Headers trailers) {}

  /** Once, if {@link #request} was reached. */
  protected void end(FilteredCall call) {}

  @Override
  public final Verdict onRequest(Call call) {
    return request((FilteredCall) call);
  }

  @Override
  public final void onResponse(Call call, int status, Headers headers) {
    response((FilteredCall) call, status, headers);
  }

  @Override
  public final void onEnd(Call call) {
    end((FilteredCall) call);
  }
}
