package io.inmesh.benchmarks.micro;

import io.inmesh.call.Headers;
import io.inmesh.loop.EventLoop;
import io.inmesh.transport.ConnectionPool;
import io.inmesh.transport.Stream;
import io.inmesh.transport.Transport;
import java.nio.ByteBuffer;

/** Peers in memory that answer at once: one object per exchange, and the headers of the answer. */
final class InstantTransport implements Transport {
  private final byte[] body = new byte[64];

  /** What was made last: nothing of an exchange may be optimised away. */
  private final Object[] made = new Object[4];

  @Override
  public ConnectionPool pool(PoolSettings settings) {
    return new ConnectionPool() {
      @Override
      public Cancel open(EventLoop loop, Stream.Handler handler) {
        var exchange = new Exchange(handler);
        made[0] = exchange;
        made[1] = handler;
        handler.onOpen(exchange);
        return Cancel.NOTHING;
      }

      @Override
      public void drain() {}
    };
  }

  private final class Exchange implements Stream {
    private final Handler handler;
    private boolean answered;

    Exchange(Handler handler) {
      this.handler = handler;
    }

    @Override
    public void head(RequestHead head, Headers headers, long contentLength, boolean end) {
      if (head.path().isEmpty() || headers.size() == 0 || !end) {
        throw new IllegalStateException("not the request that is expected");
      }
      var answer = new Headers();
      answer.addLower("content-type", "text/plain");
      answer.addLower("content-length", "64");
      answer.addLower("date", "Sat, 21 Nov 2026 12:00:00 GMT");
      made[2] = answer;
      handler.onHead(200, answer);
    }

    @Override
    public void data(ByteBuffer chunk) {}

    @Override
    public void end(Headers trailers) {}

    @Override
    public void demand(int chunks) {
      if (!answered && chunks > 0) {
        answered = true;
        ByteBuffer chunk = ByteBuffer.wrap(body);
        made[3] = chunk;
        handler.onData(chunk);
        handler.onClose(Closed.COMPLETE, "");
      }
    }

    @Override
    public void reset() {}
  }
}
