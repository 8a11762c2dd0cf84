package io.inmesh.cli.demo;

import io.inmesh.cli.load.Sample;
import io.inmesh.cli.load.Tally;
import java.util.function.Consumer;

/** Where calls are counted for the moment. */
final class Window implements Consumer<Sample> {
  private volatile Tally now = new Tally();

  /** From here on. */
  Tally begin() {
    var fresh = new Tally();
    now = fresh;
    return fresh;
  }

  @Override
  public void accept(Sample sample) {
    now.accept(sample);
  }
}
