package io.inmesh.runtime.net;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.lang.System.Logger.Level;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What drives the sockets. What is not there gives way to the next best, with a log entry: io_uring
 * to epoll, epoll to NIO. Behaviour is the same with each.
 */
public enum SocketIo {
  /** epoll where there is one, NIO elsewhere. */
  BEST,
  /** Linux's epoll. */
  EPOLL,
  /**
   * Linux's io_uring. Wants {@code netty-transport-classes-io_uring} and its native library on the
   * class path, and a kernel that lets the process use it, which many containers do not.
   */
  IO_URING,
  /** The JDK's selectors. */
  NIO;

  private static final System.Logger LOG = System.getLogger("io.inmesh.transport");

  /** What Netty needs of it. */
  record Kind(
      IoHandlerFactory handler,
      Class<? extends SocketChannel> client,
      Class<? extends ServerSocketChannel> server,
      boolean writesAtOnce) {}

  /**
   * The one of a name in any case, with a dash or an underscore.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static SocketIo of(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  /** This one if it is available here, otherwise what takes its place. */
  public SocketIo available() {
    if (this == IO_URING) {
      return usable("io_uring", uring()) ? IO_URING : BEST.available();
    }
    boolean epoll = this == EPOLL ? usable("epoll", Epoll.unavailabilityCause()) : this == BEST;
    return epoll && Epoll.isAvailable() ? EPOLL : NIO;
  }

  private static boolean usable(String what, @Nullable Throwable missing) {
    if (missing != null) {
      LOG.log(Level.WARNING, "{0} cannot be used here: {1}", what, missing.toString());
    }
    return missing == null;
  }

  private static @Nullable Throwable uring() {
    try {
      return IoUring.unavailabilityCause();
    } catch (LinkageError notOnTheClassPath) {
      return notOnTheClassPath;
    }
  }

  Kind kind() {
    return switch (available()) {
      case EPOLL ->
          new Kind(
              EpollIoHandler.newFactory(),
              EpollSocketChannel.class,
              EpollServerSocketChannel.class,
              true);
      case IO_URING ->
          new Kind(
              IoUringIoHandler.newFactory(),
              IoUringSocketChannel.class,
              IoUringServerSocketChannel.class,
              false);
      default ->
          new Kind(
              NioIoHandler.newFactory(),
              NioSocketChannel.class,
              NioServerSocketChannel.class,
              true);
    };
  }
}
