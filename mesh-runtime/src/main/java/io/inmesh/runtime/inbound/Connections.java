package io.inmesh.runtime.inbound;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A server's open connections. Safe for use by many threads. */
@SuppressWarnings("FutureReturnValueIgnored") // Failures come through the pipeline.
final class Connections {
  private final ConcurrentHashMap<Channel, Connection> open = new ConcurrentHashMap<>();
  private final Counters counters;
  private final CompletableFuture<Void> empty = new CompletableFuture<>();
  private volatile boolean draining;

  Connections(Counters counters) {
    this.counters = counters;
  }

  /** Its protocol is written and read on its loop only. */
  private static final class Connection {
    @Nullable ServerConnection protocol;
  }

  void accepted(Channel channel) {
    counters.accepted.increment();
    counters.connections.increment();
    open.put(channel, new Connection());
    channel
        .closeFuture()
        .addListener(
            closed -> {
              // Counted before it is gone: who finds nobody left may end the server.
              counters.connections.decrement();
              open.remove(channel);
              settle();
            });
  }

  void established(Channel channel, ServerConnection protocol) {
    Connection connection = open.get(channel);
    if (connection != null) {
      connection.protocol = protocol;
      if (draining) {
        protocol.drain();
      }
    }
  }

  /** Tells all; the stage completes when the last one has closed. */
  CompletableFuture<Void> drain() {
    draining = true;
    onEach(ServerConnection::drain);
    settle();
    return empty;
  }

  private void settle() {
    if (draining && open.isEmpty()) {
      empty.complete(null);
    }
  }

  void closeIdle() {
    onEach(ServerConnection::closeIdle);
  }

  private void onEach(Consumer<ServerConnection> action) {
    open.forEach(
        (channel, connection) ->
            channel
                .eventLoop()
                .execute(
                    () -> {
                      ServerConnection protocol = connection.protocol;
                      if (protocol != null) {
                        action.accept(protocol);
                      }
                    }));
  }

  /** Closes all at once. */
  void closeAll() {
    open.keySet()
        .forEach(
            channel ->
                channel
                    .eventLoop()
                    .execute(
                        () -> {
                          ChannelHandlerContext linger =
                              channel.pipeline().context(LingeringClose.class);
                          if (linger == null) {
                            channel.close();
                          } else {
                            ((LingeringClose) linger.handler()).atOnce(linger);
                          }
                        }));
  }
}
