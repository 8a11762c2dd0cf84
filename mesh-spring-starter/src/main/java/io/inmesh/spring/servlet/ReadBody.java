package io.inmesh.spring.servlet;

import io.inmesh.call.Body;
import io.inmesh.call.Headers;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The body of a servlet request. Nothing of it is read before somebody asks. Owner: the executor,
 * which runs one task at a time.
 */
final class ReadBody implements Body {
  private static final int CHUNK = 16 * 1024;

  private final HttpServletRequest request;
  private final Executor executor;
  private volatile @Nullable Sink sink;
  private volatile boolean over;

  ReadBody(HttpServletRequest request, Executor executor) {
    this.request = request;
    this.executor = executor;
  }

  @Override
  public void open(Sink to) {
    sink = to;
  }

  @Override
  public void demand(int chunks) {
    executor.execute(() -> read(chunks));
  }

  private void read(int chunks) {
    Sink to = sink;
    for (int i = 0; i < chunks && !over && to != null; i++) {
      try {
        InputStream stream = request.getInputStream();
        byte[] chunk = new byte[CHUNK];
        int count = stream.read(chunk);
        if (over) {
          return;
        }
        if (count < 0) {
          over = true;
          to.onEnd(Headers.EMPTY);
        } else {
          to.onData(ByteBuffer.wrap(chunk, 0, count));
        }
      } catch (IOException broken) {
        over = true;
        to.onFailure(broken);
      }
    }
  }

  @Override
  public void cancel() {
    over = true;
  }

  @Override
  public long length() {
    return request.getContentLengthLong();
  }
}
