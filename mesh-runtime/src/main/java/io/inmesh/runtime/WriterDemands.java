package io.inmesh.runtime;

import io.inmesh.call.Request;
import io.inmesh.config.Resource;
import io.inmesh.loop.EventLoop;
import io.inmesh.runtime.assemble.ConfigWriter;
import io.inmesh.runtime.assemble.Dataplane;
import io.inmesh.runtime.assemble.Dialer;
import io.inmesh.runtime.engine.Demands;
import io.inmesh.runtime.engine.HttpChain;
import org.jspecify.annotations.Nullable;

/** Takes what calls lack to the writer of the config. */
record WriterDemands(ConfigWriter config, Dialer dialer, EventLoop configLoop) implements Demands {
  @Override
  public void ask(Resource.Key key, Runnable answered) {
    configLoop.execute(() -> config.demand(key, answered));
  }

  @Override
  public @Nullable Found now(Request request) {
    Dataplane now = config.dataplane();
    HttpChain chain = dialer.dial(now, request);
    return chain == null ? null : new Found(chain, now, now.revision());
  }
}
