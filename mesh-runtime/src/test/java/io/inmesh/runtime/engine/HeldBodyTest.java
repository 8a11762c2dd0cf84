package io.inmesh.runtime.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.call.Body;
import io.inmesh.call.Headers;
import io.inmesh.runtime.stage.FilteredCall.BodyStart;
import io.inmesh.testkit.VirtualLoop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** What a filter reads of an incoming body, the application reads again. */
class HeldBodyTest {
  private static final Headers LAST = Headers.of("x-last", "1");

  private final VirtualLoop loop = new VirtualLoop();
  private final Source source = new Source();
  private final HeldBody held = new HeldBody(source, loop);
  private final StringBuilder heard = new StringBuilder();
  private final StringBuilder read = new StringBuilder();

  /** Gives what it has as far as it is asked for; its chunks are lent. */
  private static final class Source implements Body {
    private final Queue<String> chunks = new ArrayDeque<>();
    private final byte[] lent = new byte[8];
    private boolean ends = true;
    private Sink sink;
    private int demand;
    private boolean cancelled;

    @Override
    public void open(Sink reader) {
      sink = reader;
    }

    @Override
    public void demand(int more) {
      demand = (int) Math.min((long) demand + more, Integer.MAX_VALUE);
      give();
    }

    void give() {
      while (demand > 0 && !chunks.isEmpty()) {
        demand--;
        byte[] bytes = chunks.remove().getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, lent, 0, bytes.length);
        sink.onData(ByteBuffer.wrap(lent, 0, bytes.length));
      }
      if (chunks.isEmpty() && ends) {
        ends = false;
        sink.onEnd(LAST);
      }
    }

    @Override
    public void cancel() {
      cancelled = true;
    }
  }

  private final class Hearing implements HeldBody.Listener {
    @Override
    public void onRead() {
      heard.append("read;");
    }

    @Override
    public void onTooLarge() {
      heard.append("too large;");
    }
  }

  private void await(long count, boolean whole, String... chunks) {
    source.chunks.addAll(List.of(chunks));
    held.await(count, whole, new Hearing());
  }

  private void readOn(int chunks) {
    if (read.length() == 0) {
      held.open(
          new Body.Sink() {
            @Override
            public void onData(ByteBuffer chunk) {
              read.append(StandardCharsets.US_ASCII.decode(chunk)).append(';');
            }

            @Override
            public void onEnd(Headers trailers) {
              read.append("end ").append(trailers);
            }

            @Override
            public void onFailure(Throwable cause) {
              read.append(cause.getMessage());
            }
          });
    }
    held.demand(chunks);
  }

  private String start(int most) {
    BodyStart start = held.start(most);
    return start == null
        ? "none"
        : new String(start.bytes(), StandardCharsets.US_ASCII) + "/" + start.size();
  }

  @Test
  void theWholeIsThereAndIsReadAgain() {
    await(100, true, "one", "two", "three");
    assertThat(heard.toString()).isEqualTo("read;");
    assertThat(start(100)).isEqualTo("onetwothree/11");
    readOn(2);
    assertThat(read.toString()).isEqualTo("one;two;");
    held.demand(9);
    assertThat(read.toString()).isEqualTo("one;two;three;end " + LAST);
  }

  @Test
  void theBeginningIsEnough() {
    source.ends = false;
    await(4, false, "one", "two");
    assertThat(heard.toString()).isEqualTo("read;");
    assertThat(start(4)).isEqualTo("onet/6");
    readOn(100);
    assertThat(read.toString()).isEqualTo("one;two;");
    source.chunks.add("three");
    source.ends = true;
    source.give();
    assertThat(read.toString()).isEqualTo("one;two;three;end " + LAST);
    assertThat(heard.toString()).isEqualTo("read;");
  }

  @Test
  void itIsHeardOfWhenItComes() {
    source.ends = false;
    await(100, true, "one");
    assertThat(heard.toString()).isEmpty();
    source.ends = true;
    source.give();
    assertThat(heard.toString()).isEqualTo("read;");
  }

  @Test
  void moreThanItMayBeIsTooLarge() {
    await(5, true, "one", "two", "three");
    assertThat(heard.toString()).isEqualTo("too large;");
  }

  @Test
  void nothingIsNothing() {
    await(5, true);
    assertThat(heard.toString()).isEqualTo("read;");
    assertThat(start(5)).isEqualTo("none");
  }

  @Test
  void aFailureEndsTheWaitAndIsTold() {
    source.ends = false;
    await(5, true, "one");
    source.sink.onFailure(new IOException("gone"));
    assertThat(heard.toString()).isEqualTo("read;");
    readOn(9);
    assertThat(read.toString()).isEqualTo("one;gone");
  }

  @Test
  void whatNobodyWantsIsCancelled() {
    source.ends = false;
    await(5, false, "one");
    held.cancel();
    assertThat(source.cancelled).isTrue();
    source.chunks.add("two");
    source.give();
    assertThat(heard.toString()).isEmpty();
  }
}
