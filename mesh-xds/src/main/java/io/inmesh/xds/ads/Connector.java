package io.inmesh.xds.ads;

import io.inmesh.config.Resource;
import io.inmesh.loop.EventLoop;
import io.inmesh.loop.Timer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a stream: servers in order, pauses between rounds, and the way back to a server that is
 * preferred over the one that serves. Owner: the config loop.
 *
 * @param <Q> requests
 * @param <R> responses
 */
final class Connector<Q, R> {
  private final AdsOptions options;
  private final int servers;
  private final EventLoop loop;
  private final AdsSession<Q, R> session;
  private @Nullable Link<Q, R> serving;

  /** An attempt to get back to a preferred server while another serves. */
  private @Nullable Link<Q, R> candidate;

  private int failedRounds;
  private boolean closed;
  private final Timer retry =
      new Timer() {
        @Override
        protected void onTimer() {
          attempt(0);
        }
      };
  private final Timer wayBack =
      new Timer() {
        @Override
        protected void onTimer() {
          candidate = session.open(0);
        }
      };

  Connector(AdsOptions options, int servers, EventLoop loop, AdsSession<Q, R> session) {
    this.options = options;
    this.servers = servers;
    this.loop = loop;
    this.session = session;
  }

  void connect() {
    attempt(0);
  }

  private void attempt(int server) {
    Link<Q, R> link = session.open(server);
    serving = link;
    session.adopt(link);
  }

  void ready(Link<Q, R> link) {
    session.ready(link);
  }

  void accepted(Link<Q, R> link) {
    failedRounds = 0;
    if (link == candidate) {
      candidate = null;
      if (serving != null) {
        serving.close();
      }
      serving = link;
      session.adopt(link);
      session.ready(link);
    }
    session.accepted(link);
    if (link.server() > 0) {
      loop.arm(wayBack, loop.nanoTime() + longPause());
    } else {
      wayBack.disarm();
    }
  }

  void closed(Link<Q, R> link, String reason) {
    if (link == candidate) {
      candidateFailed(link);
      return;
    }
    serving = null;
    session.lost(link, reason);
    if (closed) {
      return;
    }
    if (candidate != null) {
      // The way back was under way already.
      Link<Q, R> next = candidate;
      candidate = null;
      serving = next;
      session.adopt(next);
      if (next.isReady()) {
        session.ready(next);
      }
    } else if (!link.isAccepted() && link.server() + 1 < servers) {
      attempt(link.server() + 1);
    } else {
      wayBack.disarm();
      loop.arm(retry, loop.nanoTime() + backoff());
    }
  }

  private void candidateFailed(Link<Q, R> link) {
    candidate = null;
    if (serving == null || closed) {
      return;
    }
    if (link.server() + 1 < serving.server()) {
      candidate = session.open(link.server() + 1);
    } else {
      loop.arm(wayBack, loop.nanoTime() + longPause());
    }
  }

  private long backoff() {
    return options.backoff().pause(failedRounds++, loop);
  }

  /** As after many failures. */
  private long longPause() {
    return options.backoff().pause(Integer.MAX_VALUE, loop);
  }

  void namesChanged(Resource.Type type) {
    if (candidate != null) {
      candidate.namesChanged(type);
    }
  }

  void flush() {
    if (candidate != null) {
      candidate.flush();
    }
  }

  void close() {
    closed = true;
    retry.disarm();
    wayBack.disarm();
    if (candidate != null) {
      candidate.close();
    }
  }
}
