package io.inmesh.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

class BodiesTest {
  private final List<String> seen = new ArrayList<>();

  private final Body.Sink sink =
      new Body.Sink() {
        @Override
        public void onData(ByteBuffer chunk) {
          seen.add("data " + chunk.remaining());
        }

        @Override
        public void onEnd(Headers trailers) {
          seen.add("end");
        }

        @Override
        public void onFailure(Throwable cause) {
          seen.add("failure " + cause.getMessage());
        }
      };

  /** Gives five bytes at a time, as a connection does, and fails if more is asked for. */
  private static final class Lumps extends InputStream {
    private final int most;
    private int given;

    Lumps(int most) {
      this.most = most;
    }

    @Override
    public int read() {
      throw new IllegalStateException("read one by one");
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
      if (given == most) {
        return -1;
      }
      if (given > most) {
        throw new IllegalStateException("on purpose");
      }
      given++;
      return 5;
    }
  }

  @Test
  void whatAStreamHasGoesOutAtOnce() {
    Body body = Bodies.of(new Lumps(2), -1, Runnable::run);
    body.open(sink);
    body.demand(1);
    assertThat(seen).containsExactly("data 5");
    body.demand(5);
    assertThat(seen).containsExactly("data 5", "data 5", "end");
  }

  @Test
  void aStreamThatThrowsFails() {
    Body body = Bodies.of(new Lumps(-1), -1, Runnable::run);
    body.open(sink);
    body.demand(1);
    assertThat(seen).containsExactly("failure on purpose");
  }

  @Test
  void nothingOfAPublisherFollowsACancel() {
    var subscribers = new ArrayList<Flow.Subscriber<? super ByteBuffer>>();
    Body body = Bodies.of((Flow.Publisher<ByteBuffer>) subscribers::add);
    body.open(sink);
    subscribers.get(0).onNext(ByteBuffer.allocate(3));
    body.cancel();
    subscribers.get(0).onNext(ByteBuffer.allocate(4));
    subscribers.get(0).onComplete();
    assertThat(seen).containsExactly("data 3");
  }

  @Test
  void aUserInTheUriIsRefusedWithoutBeingTold() {
    assertThatThrownBy(() -> Request.of("GET", URI.create("http://me:secret@orders/")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("authorization")
        .hasMessageNotContaining("secret");
  }
}
