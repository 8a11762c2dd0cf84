package io.inmesh.runtime.assemble;

import io.inmesh.call.Call;
import io.inmesh.call.Flag;
import io.inmesh.call.Headers;
import io.inmesh.call.HttpFilter;

/** Stands where a filter's settings were to come on their own, and there are none. As in Envoy. */
enum MissingFilter implements HttpFilter {
  IT;

  @Override
  public Verdict onRequest(Call call) {
    call.flag(Flag.NFCF);
    call.reply(500, Headers.EMPTY, "", "");
    return Verdict.STOP;
  }

  @Override
  public boolean isPure() {
    return true;
  }
}
