package io.inmesh.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class TimerWheelTest {
  private static final long LATE = 1L << 20;

  private long now;
  private final List<String> fired = new ArrayList<>();

  private final class Named extends Timer {
    final String name;
    long due;
    long firedAt = -1;

    Named(String name) {
      this.name = name;
    }

    @Override
    protected void onTimer() {
      fired.add(name);
      firedAt = now;
    }
  }

  @Property(tries = 300)
  void firesEachTimerOnceNeverEarlyAndAtMostATickLate(
      @ForAll long seed,
      @ForAll @LongRange(min = Long.MIN_VALUE, max = Long.MAX_VALUE) long origin) {
    var random = new SplittableRandom(seed);
    now = origin;
    var wheel = new TimerWheel(origin);
    var timers = new ArrayList<Named>();
    var armed = new ArrayList<Named>();
    for (int step = 0; step < 200; step++) {
      switch (random.nextInt(4)) {
        case 0, 1 -> {
          Named timer =
              random.nextBoolean() || timers.isEmpty()
                  ? new Named("t" + timers.size())
                  : timers.get(random.nextInt(timers.size()));
          if (!timers.contains(timer)) {
            timers.add(timer);
          }
          timer.due = now + random.nextLong(1L << random.nextInt(1, 44));
          timer.firedAt = -1;
          wheel.add(timer, timer.due);
          if (!armed.contains(timer)) {
            armed.add(timer);
          }
        }
        case 2 -> {
          if (!armed.isEmpty()) {
            armed.remove(random.nextInt(armed.size())).disarm();
          }
        }
        default -> {
          long until = now + random.nextLong(1L << random.nextInt(1, 44));
          while (wheel.nextAt() != Long.MAX_VALUE && wheel.nextAt() - until <= 0) {
            now = now - wheel.nextAt() > 0 ? now : wheel.nextAt();
            wheel.advance(now);
            check(armed);
          }
          now = until;
          wheel.advance(now);
          check(armed);
        }
      }
    }
    assertThat(wheel.isEmpty()).isEqualTo(armed.isEmpty());
  }

  private void check(List<Named> armed) {
    for (Named timer : List.copyOf(armed)) {
      if (timer.isArmed()) {
        assertThat(now - timer.due).as(timer.name).isLessThan(LATE);
      } else {
        assertThat(timer.firedAt - timer.due).as(timer.name).isBetween(0L, LATE);
        armed.remove(timer);
      }
    }
  }

  @Test
  void firesInOrderOfTime() {
    var wheel = new TimerWheel(0);
    for (int seconds : new int[] {3600, 1, 60, 5, 86_400}) {
      wheel.add(new Named(seconds + "s"), Duration.ofSeconds(seconds).toNanos());
    }
    now = Duration.ofDays(2).toNanos();
    wheel.advance(now);
    assertThat(fired).containsExactly("1s", "5s", "60s", "3600s", "86400s");
    assertThat(wheel.isEmpty()).isTrue();
    assertThat(wheel.nextAt()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void aTimerMayArmItselfAgainAndDisarmOthers() {
    var wheel = new TimerWheel(0);
    var other = new Named("other");
    var timer =
        new Timer() {
          int times;

          @Override
          protected void onTimer() {
            other.disarm();
            if (++times < 3) {
              wheel.add(this, 0);
            }
          }
        };
    wheel.add(timer, 5);
    wheel.add(other, 6);
    wheel.advance(Duration.ofSeconds(1).toNanos());
    assertThat(timer.times).isEqualTo(3);
    assertThat(fired).isEmpty();
    assertThat(wheel.isEmpty()).isTrue();
  }

  @Test
  void aTimerThatThrowsLosesNoOther() {
    var wheel = new TimerWheel(0);
    wheel.add(
        new Timer() {
          @Override
          protected void onTimer() {
            throw new IllegalStateException("boom");
          }
        },
        5);
    wheel.add(new Named("next"), 5);
    assertThatThrownBy(() -> wheel.advance(LATE)).hasMessage("boom");
    wheel.advance(3 * LATE);
    assertThat(fired).containsExactly("next");
  }
}
