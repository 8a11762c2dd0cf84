package io.inmesh.runtime.net;

import io.netty.util.concurrent.FastThreadLocalThread;
import org.jspecify.annotations.Nullable;

/** A thread that knows its loop. */
final class LoopThread extends FastThreadLocalThread {
  /** Set by the thread itself, before it does anything else for the mesh. */
  @Nullable NettyLoop loop;

  LoopThread(Runnable task, String name) {
    super(task, name);
    setDaemon(true);
  }
}
