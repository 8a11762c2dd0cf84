package io.inmesh.runtime.match;

import io.inmesh.balance.XxHash64;
import io.inmesh.config.InputMatcher;
import io.inmesh.config.IpRange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A test of a value; null is an absent one. */
@FunctionalInterface
interface ValueCheck {
  boolean matches(@Nullable Object value);

  static ValueCheck of(InputMatcher matcher, RuntimeValues runtime) {
    if (matcher instanceof InputMatcher.Text text) {
      StringTest test = StringTest.of(text.matcher());
      return value -> value instanceof String string && test.matches(string);
    }
    if (matcher instanceof InputMatcher.InRanges in) {
      List<IpRange> ranges = in.ranges().stream().map(IpRange::new).toList();
      return value -> value instanceof String address && inOne(ranges, address);
    }
    if (matcher instanceof InputMatcher.OfValue of) {
      var test = new ValueTest(of.matcher());
      return value -> test.matches(value) != of.invert();
    }
    if (matcher instanceof InputMatcher.HashReaches hash) {
      return value ->
          value instanceof String string
              && Long.remainderUnsigned(XxHash64.of(string, hash.seed()), hash.modulo())
                  >= hash.threshold();
    }
    var within = (InputMatcher.HashWithin) matcher;
    var share = new Fraction(within.share(), runtime);
    return value ->
        value instanceof String string && share.holds(XxHash64.of(string, within.seed()));
  }

  private static boolean inOne(List<IpRange> ranges, String address) {
    byte[] bytes = IpRange.bytes(address);
    for (int i = 0; bytes != null && i < ranges.size(); i++) {
      if (ranges.get(i).contains(bytes)) {
        return true;
      }
    }
    return false;
  }
}
