package io.inmesh.spring.client;

import io.inmesh.call.Body;

/** A body whose length its writer has told. */
final class SizedBody implements Body {
  private final Body body;
  private final long length;

  SizedBody(Body body, long length) {
    this.body = body;
    this.length = length;
  }

  @Override
  public void open(Sink sink) {
    body.open(sink);
  }

  @Override
  public void demand(int chunks) {
    body.demand(chunks);
  }

  @Override
  public void cancel() {
    body.cancel();
  }

  @Override
  public long length() {
    return length;
  }
}
