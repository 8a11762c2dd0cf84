package io.inmesh.runtime.net;

import io.inmesh.transport.ConnectionPool.Cancel;
import io.inmesh.transport.Stream;
import io.inmesh.transport.Stream.Closed;
import io.inmesh.transport.Transport.PoolSettings;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pool's part on one loop: connections, and requests that wait for one. Owner: its loop.
 *
 * <p>As in Envoy, where each worker has pools of its own, a part without any connection may open
 * one even when the cluster's limit is reached; otherwise its requests would wait for ever.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Failures come through the pipeline.
final class LoopPool {
  private final NettyPool pool;
  private final NettyLoop loop;
  private final List<Link> links = new ArrayList<>();
  private final ArrayDeque<Link> ready = new ArrayDeque<>();
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private final List<Connecting> connecting = new ArrayList<>();
  private int waitingCount;
  private boolean drained;
  private boolean closed;

  LoopPool(NettyPool pool, NettyLoop loop) {
    this.pool = pool;
    this.loop = loop;
  }

  NettyLoop loop() {
    return loop;
  }

  PoolSettings settings() {
    return pool.settings();
  }

  NettyTransport transport() {
    return pool.transport();
  }

  /** A request in the queue. */
  private final class Waiting implements Cancel {
    private final Stream.Handler handler;
    private boolean answered;

    Waiting(Stream.Handler handler) {
      this.handler = handler;
    }

    @Override
    public void cancel() {
      if (!answered) {
        answered = true;
        waiting.remove(this);
        left();
      }
    }

    void left() {
      waitingCount--;
      settings().limits().waited();
    }
  }

  Cancel open(Stream.Handler handler) {
    if (drained) {
      handler.onClose(Closed.REFUSED, "the pool of " + settings().address() + " is drained");
      return Cancel.NOTHING;
    }
    Link link = takeReady();
    if (link != null) {
      link.open(handler);
      return Cancel.NOTHING;
    }
    if (!settings().limits().tryWait()) {
      handler.onClose(Closed.OVERFLOW, "too many requests wait for " + settings().address());
      return Cancel.NOTHING;
    }
    var request = new Waiting(handler);
    waiting.add(request);
    waitingCount++;
    grow();
    return request;
  }

  /** The connection used last is the first to be used again, so that others can become idle. */
  private @Nullable Link takeReady() {
    for (Link link = ready.peekLast(); link != null; link = ready.peekLast()) {
      if (link.free() > 0 && link.channel.isActive()) {
        return link;
      }
      ready.pollLast();
      link.ready = false;
    }
    return null;
  }

  /** Opens as many connections as the waiting requests need and the limits allow. */
  private void grow() {
    if (isPaused()) {
      return;
    }
    int expected = 0;
    for (Connecting one : connecting) {
      expected += one.expectedStreams();
    }
    while (expected < waitingCount && !closed) {
      if (!settings().limits().tryConnect()) {
        if (!links.isEmpty() || !connecting.isEmpty()) {
          return;
        }
        settings().limits().forceConnect();
      }
      var one = new Connecting(this);
      connecting.add(one);
      transport().connectionOpened();
      expected += one.expectedStreams();
      one.start();
    }
  }

  /** A peer that allows no streams for now would allow none on a further connection. */
  private boolean isPaused() {
    return !links.isEmpty() && links.get(links.size() - 1).isPaused();
  }

  /** A connection works. */
  void connected(Connecting one, Link link) {
    connecting.remove(one);
    link.place = links.size();
    links.add(link);
    link.established();
    hasRoom(link);
    if (drained) {
      link.retire("its pool is drained");
    }
    // It may take fewer streams than was expected of it.
    grow();
  }

  /** A connection did not come about: all that wait hear of it, as in Envoy. */
  void failed(Connecting one, Closed how, String reason) {
    connecting.remove(one);
    transport().connectionClosed();
    settings().limits().disconnected();
    refuse(how, reason);
  }

  private void refuse(Closed how, String reason) {
    // Requests that come in while the others hear of it are not meant.
    var refused = new ArrayList<>(waiting);
    waiting.clear();
    for (Waiting request : refused) {
      if (!request.answered) {
        request.answered = true;
        request.left();
        request.handler.onClose(how, reason);
      }
    }
  }

  /** A connection may take further streams. */
  void hasRoom(Link link) {
    while (link.free() > 0 && !waiting.isEmpty()) {
      Waiting request = waiting.poll();
      request.answered = true;
      request.left();
      link.open(request.handler);
    }
    if (link.free() > 0 && !link.ready) {
      link.ready = true;
      ready.addLast(link);
    }
  }

  /** A connection takes no more streams. */
  void retired(Link link, String why) {
    if (link.ready) {
      link.ready = false;
      ready.remove(link);
    }
    transport().retired(settings().address(), why);
  }

  /** A connection is closed. */
  void closed(Link link) {
    if (link.ready) {
      link.ready = false;
      ready.remove(link);
    }
    Link last = links.remove(links.size() - 1);
    if (last != link) {
      links.set(link.place, last);
      last.place = link.place;
    }
    transport().connectionClosed();
    settings().limits().disconnected();
    if (waitingCount > 0) {
      grow();
    }
  }

  void streamOpened() {
    transport().streamOpened();
  }

  void streamEnded() {
    transport().streamEnded();
  }

  /** No new streams; connections close as they become idle. Requests that wait are still served. */
  void drain() {
    drained = true;
    for (Link link : List.copyOf(links)) {
      link.retire("its pool is drained");
    }
    for (Connecting one : List.copyOf(connecting)) {
      if (waitingCount == 0) {
        one.abandon();
      }
    }
  }

  /** A connection that nobody waits for any more was given up before it worked. */
  void abandoned(Connecting one) {
    connecting.remove(one);
    transport().connectionClosed();
    settings().limits().disconnected();
  }

  /** Closes all connections at once. */
  void close() {
    drained = true;
    closed = true;
    for (Connecting one : List.copyOf(connecting)) {
      one.abandon();
    }
    refuse(Closed.CONNECT_FAILURE, "the transport is closed");
    for (Link link : List.copyOf(links)) {
      link.channel.close();
    }
  }

  Connector connector() {
    return pool.connector();
  }

  /** Secrets have changed: connections that stand on the old ones retire. */
  void secretsChanged() {
    for (Link link : List.copyOf(links)) {
      link.secretsChanged();
    }
  }
}
