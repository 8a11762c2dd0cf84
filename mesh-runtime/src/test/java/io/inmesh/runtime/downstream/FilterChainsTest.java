package io.inmesh.runtime.downstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.Address;
import io.inmesh.config.Cidr;
import io.inmesh.config.FilterChain.Match;
import io.inmesh.config.FilterChain.SourceType;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** As Istio's inbound listeners need it, and as Envoy nests the criteria. */
class FilterChainsTest {
  private static final List<String> ISTIO = List.of("istio", "istio-http/1.1", "istio-h2");

  private static Match match(int port, String transport, List<String> protocols) {
    return new Match(
        port == 0 ? OptionalInt.empty() : OptionalInt.of(port),
        List.of(),
        List.of(),
        transport,
        protocols,
        List.of(),
        SourceType.ANY,
        List.of(),
        List.of());
  }

  private static Match names(String... names) {
    return new Match(
        OptionalInt.empty(),
        List.of(),
        List.of(names),
        "",
        List.of(),
        List.of(),
        SourceType.ANY,
        List.of(),
        List.of());
  }

  private static Match from(SourceType type, Cidr... ranges) {
    return new Match(
        OptionalInt.empty(),
        List.of(),
        List.of(),
        "",
        List.of(),
        List.of(),
        type,
        List.of(ranges),
        List.of());
  }

  private static Downstream tls(int port, String name, String... protocols) {
    return new Downstream(
        new Address("10.0.0.1", port),
        new Address("10.1.2.3", 5000),
        true,
        name,
        List.of(protocols),
        null,
        Optional.empty());
  }

  private static Downstream plain(int port) {
    return new Downstream(
        new Address("10.0.0.1", port),
        new Address("10.1.2.3", 5000),
        false,
        "",
        List.of("http/1.1"),
        null,
        Optional.empty());
  }

  @Test
  void aPortsChainsAloneDecideAboutThePort() {
    List<Match> chains =
        List.of(
            match(0, "raw_buffer", List.of()),
            match(0, "tls", List.of()),
            match(9080, "tls", ISTIO));
    assertThat(FilterChains.choose(chains, tls(9080, "", "istio-h2"))).isEqualTo(2);
    assertThat(FilterChains.choose(chains, tls(9080, "", "h2"))).isEqualTo(-1);
    assertThat(FilterChains.choose(chains, plain(9080))).isEqualTo(-1);
    assertThat(FilterChains.choose(chains, plain(5555))).isZero();
    assertThat(FilterChains.choose(chains, tls(5555, ""))).isEqualTo(1);
  }

  @Test
  void theProtocolThatThePeerNamesFirstWins() {
    List<Match> chains =
        List.of(
            match(0, "", List.of("http/1.1")),
            match(0, "", List.of("h2")),
            match(0, "", List.of()));
    assertThat(FilterChains.choose(chains, tls(1, "", "h2", "http/1.1"))).isEqualTo(1);
    assertThat(FilterChains.choose(chains, tls(1, "", "http/1.1", "h2"))).isZero();
    assertThat(FilterChains.choose(chains, tls(1, "", "other"))).isEqualTo(2);
  }

  @Test
  void wholeNamesComeBeforeWildcardsAndLongOnesBeforeShortOnes() {
    List<Match> chains =
        List.of(names("*.example"), names("*.shop.example"), names("a.shop.example"), names());
    assertThat(FilterChains.choose(chains, tls(1, "a.shop.example"))).isEqualTo(2);
    assertThat(FilterChains.choose(chains, tls(1, "b.shop.example"))).isEqualTo(1);
    assertThat(FilterChains.choose(chains, tls(1, "b.example"))).isZero();
    assertThat(FilterChains.choose(chains, tls(1, "example"))).isEqualTo(3);
    assertThat(FilterChains.choose(chains, tls(1, ""))).isEqualTo(3);
  }

  @Test
  void longerPrefixesOfTheSourceComeFirst() {
    List<Match> chains =
        List.of(
            from(SourceType.ANY, new Cidr("10.0.0.0", 8)),
            from(SourceType.ANY, new Cidr("10.1.0.0", 16)),
            from(SourceType.SAME_IP_OR_LOOPBACK));
    assertThat(FilterChains.choose(chains.subList(0, 2), plain(1))).isEqualTo(1);
    assertThat(FilterChains.choose(chains.subList(2, 3), plain(1))).isEqualTo(-1);
    assertThat(FilterChains.choose(List.of(from(SourceType.EXTERNAL)), plain(1))).isZero();
  }
}
