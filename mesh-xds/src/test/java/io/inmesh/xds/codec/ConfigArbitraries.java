package io.inmesh.xds.codec;

import static net.jqwik.api.Combinators.combine;

import io.inmesh.config.Cidr;
import io.inmesh.config.CookieMatcher;
import io.inmesh.config.Format;
import io.inmesh.config.FractionalPercent;
import io.inmesh.config.HeaderMatcher;
import io.inmesh.config.HeaderMutations;
import io.inmesh.config.Locality;
import io.inmesh.config.Metadata;
import io.inmesh.config.MetadataMatcher;
import io.inmesh.config.QueryParameterMatcher;
import io.inmesh.config.Regex;
import io.inmesh.config.RegexRewrite;
import io.inmesh.config.StringMatcher;
import io.inmesh.config.ValueMatcher;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Small parts that records of all kinds hold. */
final class ConfigArbitraries {
  private ConfigArbitraries() {}

  /** The usual value three times of four. */
  static <T> Arbitrary<T> mostly(T usual, Arbitrary<T> other) {
    return Arbitraries.integers()
        .between(0, 3)
        .flatMap(draw -> draw == 0 ? other : Arbitraries.just(usual));
  }

  static Arbitrary<Boolean> flag() {
    return Arbitraries.of(true, false);
  }

  static Arbitrary<String> name() {
    return Arbitraries.of("a", "b-1", "outbound|80||x.ns.svc", "ütf", "x y");
  }

  static Arbitrary<String> text() {
    return Arbitraries.of("", "a", "b-1", "x y");
  }

  static Arbitrary<String> header() {
    return Arbitraries.of("x-a", "x-b", "user-agent", "cookie");
  }

  static Arbitrary<Duration> duration() {
    return Arbitraries.longs().between(0, 400_000).map(Duration::ofMillis);
  }

  static Arbitrary<Duration> positive() {
    return Arbitraries.longs().between(2, 400_000).map(Duration::ofMillis);
  }

  static Arbitrary<Integer> limit() {
    return Arbitraries.oneOf(
        Arbitraries.integers().between(0, 5000), Arbitraries.just(Integer.MAX_VALUE));
  }

  static Arbitrary<Double> percent() {
    return Arbitraries.of(0.0, 1.0, 12.5, 50.0, 100.0);
  }

  static Arbitrary<Integer> wholePercent() {
    return Arbitraries.integers().between(0, 100);
  }

  static Arbitrary<Regex> regex() {
    return Arbitraries.of("a+", "(?i)x.*", "[a-c]{2,}", "/v(\\d+)/.*").map(Regex::new);
  }

  static Arbitrary<RegexRewrite> rewrite() {
    return combine(regex(), Arbitraries.of("", "\\1", "new\\0")).as(RegexRewrite::new);
  }

  static Arbitrary<Format> format() {
    return Arbitraries.of(
            "plain", "%%", "%REQ(x-a?x-b):3%", "a%PROTOCOL%b", "%METADATA(ROUTE:m:k)%")
        .map(Format::parse);
  }

  static Arbitrary<StringMatcher> string() {
    return Arbitraries.oneOf(
        combine(text(), flag()).as(StringMatcher.Exact::new),
        combine(name(), flag()).as(StringMatcher.Prefix::new),
        combine(name(), flag()).as(StringMatcher.Suffix::new),
        combine(name(), flag()).as(StringMatcher.Contains::new),
        regex().map(StringMatcher.Pattern::new));
  }

  static Arbitrary<HeaderMatcher> headerMatcher() {
    Arbitrary<HeaderMatcher.Value> value =
        Arbitraries.oneOf(
            string().map(HeaderMatcher.Text::new),
            combine(Arbitraries.longs(), Arbitraries.longs()).as(HeaderMatcher.Range::new),
            flag().map(HeaderMatcher.Present::new));
    return combine(Arbitraries.of("x-a", ":path", ":method", "host"), value, flag(), flag())
        .as(HeaderMatcher::new);
  }

  static Arbitrary<QueryParameterMatcher> query() {
    return Arbitraries.oneOf(
        combine(name(), string())
            .as((name, value) -> new QueryParameterMatcher(name, Optional.of(value), true)),
        combine(name(), flag())
            .as((name, present) -> new QueryParameterMatcher(name, Optional.empty(), present)));
  }

  static Arbitrary<CookieMatcher> cookie() {
    return combine(name(), string(), flag()).as(CookieMatcher::new);
  }

  static Arbitrary<ValueMatcher> value() {
    Arbitrary<ValueMatcher> plain =
        Arbitraries.oneOf(
            Arbitraries.just(new ValueMatcher.IsNull()),
            combine(Arbitraries.of(-1.5, 0.0), Arbitraries.of(2.5, 7.0))
                .as(ValueMatcher.InRange::new),
            Arbitraries.of(0.0, 4.25).map(ValueMatcher.Equal::new),
            string().map(ValueMatcher.Text::new),
            flag().map(ValueMatcher.Bool::new),
            flag().map(ValueMatcher.Present::new));
    return Arbitraries.oneOf(
        plain,
        plain.map(ValueMatcher.OneOf::new),
        plain.list().ofMinSize(2).ofMaxSize(3).map(ValueMatcher.AnyOf::new));
  }

  static Arbitrary<MetadataMatcher> metadataMatcher() {
    return combine(name(), name().list().ofMinSize(1).ofMaxSize(2), value(), flag())
        .as(MetadataMatcher::new);
  }

  static Arbitrary<Map<String, Object>> struct() {
    Arbitrary<Object> plain =
        Arbitraries.of("", "prod", 1.0, -2.5, true, false, Metadata.NULL, List.of(), Map.of());
    Arbitrary<Object> nested =
        Arbitraries.oneOf(
            plain,
            plain.list().ofMaxSize(2).map(List::copyOf),
            Arbitraries.maps(name(), plain).ofMaxSize(2).map(Map::copyOf));
    return Arbitraries.maps(name(), nested).ofMaxSize(2).map(Map::copyOf);
  }

  static Arbitrary<Map<String, Object>> fullStruct() {
    return struct().filter(values -> !values.isEmpty());
  }

  static Arbitrary<Metadata> metadata() {
    return mostly(
        Metadata.EMPTY, Arbitraries.maps(name(), struct()).ofMaxSize(2).map(Metadata::new));
  }

  static Arbitrary<FractionalPercent> fraction() {
    return combine(
            Arbitraries.integers().between(0, 2_000_000),
            Arbitraries.of(100, 10_000, 1_000_000),
            text())
        .as(FractionalPercent::new);
  }

  /** At most all, without a key. */
  static Arbitrary<FractionalPercent> share() {
    return fraction()
        .map(
            share ->
                new FractionalPercent(
                    share.numerator() % share.denominator(), share.denominator(), ""));
  }

  static Arbitrary<HeaderMutations.HeaderValue> headerValue() {
    return combine(header(), format(), Arbitraries.of(HeaderMutations.Append.class), flag())
        .as(HeaderMutations.HeaderValue::new);
  }

  static Arbitrary<HeaderMutations> mutations() {
    return mostly(
        HeaderMutations.NONE,
        combine(few(headerValue()), few(header()), few(headerValue()), few(header()))
            .as(HeaderMutations::new));
  }

  /** As mirrors and health checks have them: for requests only, each name removed once. */
  static Arbitrary<HeaderMutations> requestMutations() {
    return combine(headerValue().list().ofMaxSize(2), header().list().uniqueElements().ofMaxSize(2))
        .as((add, remove) -> new HeaderMutations(add, remove, List.of(), List.of()));
  }

  static Arbitrary<Cidr> cidr() {
    return Arbitraries.of(new Cidr("10.0.0.0", 8), new Cidr("::1", 128), new Cidr("0.0.0.0", 0));
  }

  static Arbitrary<Locality> locality() {
    return combine(text(), text(), text()).as(Locality::new);
  }

  static <T> Arbitrary<List<T>> few(Arbitrary<T> members) {
    return members.list().ofMaxSize(2);
  }
}
