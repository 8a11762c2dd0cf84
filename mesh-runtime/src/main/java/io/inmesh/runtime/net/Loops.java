package io.inmesh.runtime.net;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The event loops of a process, on daemon threads. Safe for use by many threads. */
public final class Loops implements AutoCloseable {
  private final EventLoopGroup group;
  private final SocketIo.Kind kind;
  private final List<NettyLoop> loops;
  private final AtomicInteger next = new AtomicInteger();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();

  /**
   * How many loops, and what they draw from.
   *
   * @param threads at least 1; one per core is right
   * @param seed all draws of all loops follow from it
   * @param nanoClock monotonic nanoseconds
   */
  public record Settings(int threads, String name, long seed, LongSupplier nanoClock, SocketIo io) {
    /**
     * With the best there is, or with NIO.
     *
     * @param epoll whether epoll is used where it is available
     */
    public Settings(int threads, String name, long seed, LongSupplier nanoClock, boolean epoll) {
      this(threads, name, seed, nanoClock, epoll ? SocketIo.BEST : SocketIo.NIO);
    }
  }

  /** Starts the threads. */
  public Loops(Settings settings) {
    this.kind = settings.io().kind();
    var number = new AtomicInteger();
    ThreadFactory threads =
        task -> new LoopThread(task, settings.name() + "-" + number.getAndIncrement());
    this.group = new MultiThreadIoEventLoopGroup(settings.threads(), threads, kind.handler());
    var seeds = new SplittableRandom(settings.seed());
    var all = new ArrayList<NettyLoop>();
    for (EventExecutor executor : group) {
      var netty = (io.netty.channel.EventLoop) executor;
      var loop = new NettyLoop(netty, all.size(), settings.nanoClock(), seeds.nextLong());
      netty.execute(() -> adopt(loop));
      all.add(loop);
    }
    this.loops = List.copyOf(all);
  }

  private static void adopt(NettyLoop loop) {
    if (Thread.currentThread() instanceof LoopThread thread) {
      thread.loop = loop;
    }
  }

  /** All of them, by {@link NettyLoop#index}. */
  public List<NettyLoop> all() {
    return loops;
  }

  /** The loop for a caller: its own if it is on one of these loops, otherwise one after another. */
  public NettyLoop choose() {
    NettyLoop own = current();
    if (own != null && own.index() < loops.size() && loops.get(own.index()) == own) {
      return own;
    }
    return loops.get(Integer.remainderUnsigned(next.getAndIncrement(), loops.size()));
  }

  /** The mesh loop whose thread this is, or null. Whoever is on one must not block. */
  public static @Nullable NettyLoop current() {
    return Thread.currentThread() instanceof LoopThread thread ? thread.loop : null;
  }

  /** The loop that has this Netty loop. */
  public NettyLoop of(io.netty.channel.EventLoop netty) {
    for (NettyLoop loop : loops) {
      if (loop.netty() == netty) {
        return loop;
      }
    }
    throw new IllegalArgumentException("not a loop of these");
  }

  /** Netty's side of it, for channels. */
  public EventLoopGroup group() {
    return group;
  }

  /** What channels take their buffers from; shared by all loops of the process. */
  public static ByteBufAllocator allocator() {
    return PooledByteBufAllocator.DEFAULT;
  }

  /** Bytes of direct memory that buffers hold now; none when nothing is under way. */
  public static long directMemoryInUse() {
    return PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
  }

  /** Whether a flush has reached the socket when it returns, unless the socket is full. */
  boolean writesAtOnce() {
    return kind.writesAtOnce();
  }

  /** The kind of channel that connects. */
  public Class<? extends SocketChannel> clientChannel() {
    return kind.client();
  }

  /** The kind of channel that listens. */
  public Class<? extends ServerSocketChannel> serverChannel() {
    return kind.server();
  }

  /**
   * Lets the loops run out: tasks that arrive within {@code quiet} are still done, nothing after
   * {@code timeout}. The stage completes when the threads have ended.
   */
  public CompletionStage<Void> shutdown(Duration quiet, Duration timeout) {
    group
        .shutdownGracefully(quiet.toNanos(), timeout.toNanos(), TimeUnit.NANOSECONDS)
        .addListener(ended -> closed.complete(null));
    return closed;
  }

  /** Shuts down and waits, unless called on one of the loops. */
  @Override
  public void close() {
    CompletionStage<Void> ended = shutdown(Duration.ZERO, Duration.ofSeconds(5));
    if (current() == null) {
      ended.toCompletableFuture().join();
    }
  }
}
