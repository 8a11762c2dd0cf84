package io.inmesh.runtime.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inmesh.loop.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoopsTest {
  private Loops loops;

  private void start(SocketIo io, long seed) {
    loops = new Loops(new Loops.Settings(2, "loops", seed, System::nanoTime, io));
  }

  @AfterEach
  void stop() {
    loops.close();
    loops.all().forEach(loop -> assertThat(loop.netty().isTerminated()).isTrue());
  }

  @ParameterizedTest
  @EnumSource
  void aLoopKnowsItsThread(SocketIo io) {
    start(io, 1);
    assertThat(Loops.current()).isNull();
    var chosen = new HashSet<NettyLoop>();
    for (NettyLoop loop : loops.all()) {
      var seen = new CompletableFuture<NettyLoop>();
      loop.execute(
          () -> {
            assertThat(loop.inLoop()).isTrue();
            seen.complete(loops.choose());
          });
      assertThat(Exchange.await(seen)).isSameAs(loop);
      assertThat(loop.inLoop()).isFalse();
      chosen.add(loops.choose());
    }
    assertThat(chosen).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource
  void timersFireInOrderNeverEarly(SocketIo io) {
    start(io, 1);
    NettyLoop loop = loops.all().get(0);
    var order = new ArrayList<Integer>();
    var early = new AtomicInteger();
    var done = new CompletableFuture<List<Integer>>();
    loop.execute(
        () -> {
          for (int millis : new int[] {200, 20, 100, 50, 150}) {
            long at = loop.nanoTime() + Duration.ofMillis(millis).toNanos();
            var timer =
                new Timer() {
                  @Override
                  protected void onTimer() {
                    if (loop.nanoTime() < at) {
                      early.incrementAndGet();
                    }
                    order.add(millis);
                    if (order.size() == 4) {
                      done.complete(order);
                    }
                  }
                };
            loop.arm(timer, at);
            if (millis == 100) {
              timer.disarm();
            }
          }
        });
    assertThat(Exchange.await(done)).containsExactly(20, 50, 150, 200);
    assertThat(early).hasValue(0);
    assertThatThrownBy(() -> loop.arm(new Nothing(), 0)).isInstanceOf(IllegalStateException.class);
  }

  private static final class Nothing extends Timer {
    @Override
    protected void onTimer() {}
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void drawsFollowFromTheSeed(long seed) {
    start(SocketIo.BEST, seed);
    var other = new Loops(new Loops.Settings(2, "other", seed, System::nanoTime, true));
    try {
      for (int i = 0; i < 2; i++) {
        assertThat(loops.all().get(i).random()).isEqualTo(other.all().get(i).random());
      }
      assertThat(loops.all().get(0).random()).isNotEqualTo(loops.all().get(1).random());
    } finally {
      other.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void isFoundByItsName(SocketIo io) {
    start(io, 1);
    String name = io.name().toLowerCase(Locale.ROOT);
    assertThat(SocketIo.of(name)).isEqualTo(io);
    assertThat(SocketIo.of(name.replace('_', '-'))).isEqualTo(io);
    assertThat(io.available().available()).isEqualTo(io.available());
    assertThat(loops.clientChannel().getSimpleName())
        .isEqualToIgnoringCase(io.available().name().replace("_", "") + "SocketChannel");
  }
}
