package io.inmesh.xds.codec;

import static io.inmesh.xds.codec.ConfigArbitraries.flag;
import static net.jqwik.api.Combinators.combine;

import io.inmesh.config.Extension;
import io.inmesh.config.Filters;
import net.jqwik.api.Arbitrary;

/** Settings of filters. */
final class FilterArbitraries {
  private FilterArbitraries() {}

  static Arbitrary<Filters.Router> router() {
    return combine(flag(), flag(), flag()).as(Filters.Router::new);
  }

  /** Of any filter. */
  static Arbitrary<Extension> any() {
    return router().map(router -> router);
  }
}
