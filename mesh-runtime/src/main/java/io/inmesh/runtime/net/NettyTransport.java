package io.inmesh.runtime.net;

import io.inmesh.config.Address;
import io.inmesh.identity.SecretStore;
import io.inmesh.runtime.tls.TlsContexts;
import io.inmesh.runtime.tls.TlsProvider;
import io.inmesh.transport.ConnectionPool;
import io.inmesh.transport.Transport;
import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Connections over TCP and TLS, HTTP/1.1 and HTTP/2. A pool has a part of its own on each loop, so
 * nothing locks; {@link ConnectionPool#open} takes loops of the {@link Loops} given here only.
 *
 * <p>{@code DOWNSTREAM} pools speak HTTP/1.1: a caller that wants HTTP/2 for gRPC asks for a pool
 * with {@code HTTP_2}. A pool whose address is not an IP address answers CONNECT_FAILURE.
 */
public final class NettyTransport implements Transport, AutoCloseable {
  private static final System.Logger LOG = System.getLogger("io.inmesh.transport");

  private final Loops loops;
  private final InstantSource clock;
  private final TlsContexts contexts;
  private final Set<NettyPool> pools = ConcurrentHashMap.newKeySet();
  private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
  private final LongAdder connections = new LongAdder();
  private final LongAdder streams = new LongAdder();

  /**
   * A transport on these loops.
   *
   * @param secrets asked at each handshake
   * @param clock for the validity of certificates
   */
  public NettyTransport(Loops loops, SecretStore secrets, InstantSource clock, TlsProvider tls) {
    this.loops = loops;
    this.clock = clock;
    this.contexts = new TlsContexts(tls, secrets, clock);
    secrets.onChange(() -> pools.forEach(NettyPool::secretsChanged));
  }

  @Override
  public ConnectionPool pool(PoolSettings settings) {
    var pool = new NettyPool(this, settings, new Connector(loops, settings, contexts));
    pools.add(pool);
    return pool;
  }

  Loops loops() {
    return loops;
  }

  InstantSource clock() {
    return clock;
  }

  void forget(NettyPool pool) {
    pools.remove(pool);
  }

  void connectionOpened() {
    connections.increment();
  }

  /** The channel will be closed with the transport. */
  void add(Channel channel) {
    channels.add(channel);
  }

  void connectionClosed() {
    connections.decrement();
  }

  void streamOpened() {
    streams.increment();
  }

  void streamEnded() {
    streams.decrement();
  }

  void retired(Address address, String why) {
    LOG.log(Level.DEBUG, "a connection to {0} retires: {1}", address, why);
  }

  @Override
  public long openConnections() {
    return connections.sum();
  }

  @Override
  public long activeStreams() {
    return streams.sum();
  }

  /** Closes all connections; exchanges under way end with TERMINATED. */
  @Override
  public void close() {
    pools.forEach(NettyPool::close);
    pools.clear();
    // Those of drained pools too.
    channels.close().addListener(all -> contexts.close());
  }
}
