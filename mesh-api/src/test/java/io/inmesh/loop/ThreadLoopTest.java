package io.inmesh.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ThreadLoopTest {
  private final CompletableFuture<Thread> thread = new CompletableFuture<>();
  private final ThreadLoop loop =
      new ThreadLoop(
          task -> {
            Thread made = new Thread(task, "test-loop");
            made.setDaemon(true);
            thread.complete(made);
            return made;
          },
          System::nanoTime,
          1);

  @AfterEach
  void close() throws Exception {
    loop.close();
    thread.get().join(5_000);
    assertThat(thread.get().isAlive()).isFalse();
  }

  @Test
  void tasksRunInOrderOnOneThreadAndSurviveOneThatThrows() throws Exception {
    var seen = new LinkedBlockingQueue<String>();
    loop.execute(() -> seen.add("a " + loop.inLoop()));
    loop.execute(
        () -> {
          throw new IllegalStateException("on purpose");
        });
    loop.execute(
        () -> {
          throw new StackOverflowError("on purpose");
        });
    loop.execute(() -> seen.add("b"));
    assertThat(seen.poll(5, TimeUnit.SECONDS)).isEqualTo("a true");
    assertThat(seen.poll(5, TimeUnit.SECONDS)).isEqualTo("b");
    assertThat(loop.inLoop()).isFalse();
  }

  @Test
  void timersFireInOrderAndNeverEarly() throws Exception {
    var late = new CompletableFuture<Long>();
    var fired = new LinkedBlockingQueue<String>();
    long pause = Duration.ofMillis(20).toNanos();
    loop.execute(
        () -> {
          long start = loop.nanoTime();
          loop.arm(
              timer(
                  () -> {
                    fired.add("second");
                    late.complete(loop.nanoTime() - start);
                  }),
              start + pause);
          loop.arm(timer(() -> fired.add("first")), start + pause / 2);
        });
    assertThat(late.get(5, TimeUnit.SECONDS)).isGreaterThanOrEqualTo(pause);
    assertThat(fired).containsExactly("first", "second");
  }

  @Test
  void timersAreTheLoopsOwn() {
    assertThatThrownBy(() -> loop.arm(timer(() -> {}), 0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("test-loop");
  }

  private static Timer timer(Runnable task) {
    return new Timer() {
      @Override
      protected void onTimer() {
        task.run();
      }
    };
  }
}
