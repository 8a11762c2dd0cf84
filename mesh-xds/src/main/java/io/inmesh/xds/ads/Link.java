package io.inmesh.xds.ads;

import io.inmesh.config.Node;
import io.inmesh.config.Resource;
import io.inmesh.loop.EventLoop;
import io.inmesh.loop.Timer;
import io.inmesh.xds.ads.AdsStream.Callbacks;
import java.time.Duration;

/**
 * One stream to one server, from the attempt to connect to its end. Owner: the config loop.
 *
 * @param <Q> requests
 * @param <R> responses
 */
final class Link<Q, R> extends Timer implements Callbacks<R> {
  /** A server may keep its headers back until it has something to say. */
  private static final Duration GRACE = Duration.ofSeconds(1);

  private final int server;
  private final EventLoop loop;
  private final Owner<Q, R> owner;
  private final Duration connectTimeout;
  private final AdsStream<Q> stream;
  private final Exchange<R> exchange;
  private boolean ready;
  private boolean accepted;
  private boolean ended;

  /** Who is told what happens. */
  record Owner<Q, R>(Connector<Q, R> connector, Responses<Q, R> responses) {}

  /** Takes responses. */
  interface Responses<Q, R> {
    void response(Link<Q, R> from, R response);
  }

  Link(
      AdsSession.Settings<Q, R> settings,
      int server,
      PerType<Subscription> subscriptions,
      Node node,
      EventLoop loop,
      Owner<Q, R> owner) {
    this.server = server;
    this.loop = loop;
    this.owner = owner;
    this.connectTimeout = settings.options().connectTimeout();
    this.stream = settings.opener().open(server, this);
    this.exchange = settings.exchanges().make(stream, subscriptions, node);
    loop.arm(this, loop.nanoTime() + connectTimeout.toNanos());
  }

  int server() {
    return server;
  }

  boolean isReady() {
    return ready;
  }

  boolean isAccepted() {
    return accepted;
  }

  Exchange<R> exchange() {
    return exchange;
  }

  void namesChanged(Resource.Type type) {
    exchange.namesChanged(type);
  }

  void introduce(Node node) {
    exchange.introduce(node);
  }

  /** Sends what is to be said; nothing before there is a connection. */
  void flush() {
    if (ready && !ended) {
      exchange.flush();
    }
  }

  /** Asks for one more response. */
  void next() {
    if (!ended) {
      stream.request();
    }
  }

  @Override
  public void ready() {
    if (!ended && !ready) {
      ready = true;
      loop.arm(this, loop.nanoTime() + GRACE.toNanos());
      owner.connector().ready(this);
    }
  }

  @Override
  public void accepted() {
    if (!ended && !accepted) {
      accepted = true;
      disarm();
      owner.connector().accepted(this);
    }
  }

  @Override
  public void response(R response) {
    accepted();
    if (!ended) {
      owner.responses().response(this, response);
    }
  }

  @Override
  public void closed(String reason) {
    if (!ended) {
      ended = true;
      disarm();
      owner.connector().closed(this, reason);
    }
  }

  @Override
  protected void onTimer() {
    if (ready) {
      accepted();
    } else {
      stream.close();
      closed("no connection within " + connectTimeout.toMillis() + " ms");
    }
  }

  void close() {
    ended = true;
    disarm();
    stream.close();
  }
}
