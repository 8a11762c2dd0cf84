package io.inmesh.benchmarks.client;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Event loops of a bare client: calls stay on the loop that they are made on. */
final class NettyLoops<T> implements AutoCloseable {
  private final MultiThreadIoEventLoopGroup group;
  private final List<EventLoop> loops = new ArrayList<>();
  private final List<T> states = new ArrayList<>();
  private final Rotation<EventLoop> rotation;

  /** What is kept for each loop. */
  interface Maker<T> {
    T make(EventLoop loop) throws Exception;
  }

  NettyLoops(int threads, Maker<T> maker) throws Exception {
    group = new MultiThreadIoEventLoopGroup(threads, EpollIoHandler.newFactory());
    for (EventExecutor executor : group) {
      var loop = (EventLoop) executor;
      loops.add(loop);
      states.add(maker.make(loop));
    }
    rotation = new Rotation<>(loops);
  }

  /** Runs on the loop of the current thread, or on the next one. */
  void run(java.util.function.Consumer<T> work) {
    for (int i = 0; i < loops.size(); i++) {
      if (loops.get(i).inEventLoop()) {
        work.accept(states.get(i));
        return;
      }
    }
    EventLoop loop = rotation.next();
    loop.execute(() -> work.accept(states.get(loops.indexOf(loop))));
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
