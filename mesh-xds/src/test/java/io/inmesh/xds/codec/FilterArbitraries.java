package io.inmesh.xds.codec;

import static io.inmesh.xds.codec.ConfigArbitraries.flag;
import static net.jqwik.api.Combinators.combine;

import io.inmesh.config.Extension;
import io.inmesh.config.Filters;
import io.inmesh.config.Regex;
import io.inmesh.config.RegexRewrite;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Settings of filters. */
final class FilterArbitraries {
  private FilterArbitraries() {}

  static Arbitrary<Filters.Router> router() {
    return combine(flag(), flag(), flag()).as(Filters.Router::new);
  }

  /** Of any filter but the router. */
  static Arbitrary<Extension> any() {
    return Arbitraries.just(
        new Filters.HeaderToMetadata(
            List.of(
                new Filters.Rule(
                    "",
                    "c",
                    Optional.of(
                        new Filters.Value(
                            "n",
                            "k",
                            "",
                            Optional.of(new RegexRewrite(new Regex("a"), "\\0")),
                            Filters.ValueType.STRING,
                            true)),
                    Optional.empty(),
                    false)),
            List.of()));
  }
}
