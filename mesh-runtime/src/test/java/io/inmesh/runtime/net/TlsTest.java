package io.inmesh.runtime.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inmesh.config.ProtocolOptions;
import io.inmesh.config.ProtocolOptions.Http;
import io.inmesh.config.StringMatcher;
import io.inmesh.config.TransportSocket;
import io.inmesh.config.TransportSocket.CommonTls;
import io.inmesh.config.TransportSocket.Sds;
import io.inmesh.config.TransportSocket.UpstreamTls;
import io.inmesh.config.TransportSocket.Version;
import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.SecretStore;
import io.inmesh.identity.SpiffeId;
import io.inmesh.identity.TrustBundle;
import io.inmesh.runtime.inbound.TlsMode;
import io.inmesh.runtime.net.Pair.Mode;
import io.inmesh.runtime.tls.TlsProvider;
import io.inmesh.testkit.pki.TestPki;
import io.inmesh.testkit.pki.TestPki.Leaf;
import io.inmesh.transport.ConnectionLimits;
import io.inmesh.transport.ConnectionPool;
import io.inmesh.transport.Stream.Closed;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who is let in, who is not, and what is said about it. */
class TlsTest {
  static Stream<Mode> modes() {
    return Stream.of(
        new Mode(Http.HTTP_1, true, TlsProvider.BORINGSSL),
        new Mode(Http.HTTP_1, true, TlsProvider.JDK),
        new Mode(Http.HTTP_2, true, TlsProvider.BORINGSSL),
        new Mode(Http.HTTP_2, true, TlsProvider.JDK));
  }

  private static Exchange call(Pair pair) {
    return call(pair, pair.tls("svc"));
  }

  private static Exchange call(Pair pair, TransportSocket socket) {
    ConnectionPool pool =
        pair.pool(
            pair.address(), ProtocolOptions.of(pair.mode.http()), ConnectionLimits.NONE, socket);
    var exchange = Exchange.get("/").on(pool, pair.loop);
    exchange.outcome();
    return exchange;
  }

  private static Pair pair(Mode mode) {
    return new Pair(mode);
  }

  private static void assertRefusedByClient(Pair pair, Exchange exchange, String... words) {
    assertThat(exchange.outcome()).as(exchange.reason).isEqualTo(Closed.CONNECT_FAILURE);
    assertThat(exchange.reason).contains(pair.address().toString()).contains(words);
    await().until(() -> !pair.refused.isEmpty());
    assertThat(pair.refused.get(0)).startsWith("127.0.0.1:");
    assertThat(pair.server.stats().requests()).isZero();
  }

  private static void assertRefusedByServer(Pair pair, Exchange exchange, String... words) {
    assertThat(exchange.outcome()).as(exchange.reason).isEqualTo(Closed.CONNECT_FAILURE);
    assertThat(exchange.reason).contains(pair.address().toString());
    await().until(() -> !pair.refused.isEmpty());
    assertThat(pair.refused.get(0)).startsWith("127.0.0.1:").contains(words);
    assertThat(pair.server.stats().requests()).isZero();
    assertThat(pair.server.stats().refused()).isEqualTo(1);
  }

  @ParameterizedTest
  @MethodSource("modes")
  void namesThatAreNoHostNamesKeepNobodyApart(Mode mode) {
    try (var pair = pair(mode).serving(Pair::echo)) {
      UpstreamTls socket = pair.tls("svc");
      String ofIstio = "outbound_.80_._.svc.default.svc.cluster.local";
      var named = new UpstreamTls(socket.common(), ofIstio, false, false);
      assertThat(call(pair, named).outcome()).isEqualTo(Closed.COMPLETE);
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void aServerOfAnotherAuthority(Mode mode) {
    try (var pair = pair(mode)) {
      var impostor = new TestPki("cluster.local");
      pair.service.certificate(SecretStore.OWN_CERTIFICATE, impostor.service("svc"));
      pair.serving(Pair::echo);
      assertRefusedByClient(
          pair, call(pair), pair.pki.uri("svc"), "signed by", "trusted authorities");
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void aServerOfAnotherIdentity(Mode mode) {
    try (var pair = pair(mode).serving(Pair::echo)) {
      assertRefusedByClient(
          pair,
          call(pair, pair.tls("other")),
          "presented " + pair.pki.uri("svc"),
          "accepted is [" + pair.pki.uri("other") + "]");
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void aServerWhoseCertificateHasExpired(Mode mode) {
    try (var pair = pair(mode)) {
      Instant now = Instant.now();
      pair.service.certificate(
          SecretStore.OWN_CERTIFICATE,
          pair.pki.issue(
              new Leaf()
                  .uri(pair.pki.uri("svc"))
                  .valid(now.minusSeconds(600), now.minusSeconds(300))));
      pair.serving(Pair::echo);
      assertRefusedByClient(pair, call(pair), pair.pki.uri("svc"), "expired at");
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void anAuthorityVouchesForItsOwnDomainOnly(Mode mode) {
    try (var pair = pair(mode)) {
      var other = new TestPki("other.domain");
      // Signed by cluster.local's authority, but in the name of the other domain.
      pair.service.certificate(
          SecretStore.OWN_CERTIFICATE,
          pair.pki.issue(new Leaf().uri("spiffe://other.domain/ns/default/sa/svc")));
      pair.client.trust(
          SecretStore.OWN_ROOTS,
          new TrustBundle(
              Map.of(
                  "cluster.local", List.of(pair.pki.root()),
                  "other.domain", List.of(other.root()))));
      pair.serving(Pair::echo);
      assertRefusedByClient(pair, call(pair), "spiffe://other.domain", "signed by");
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void aClientOfAnotherAuthority(Mode mode) {
    try (var pair = pair(mode)) {
      var impostor = new TestPki("cluster.local");
      pair.client.certificate(SecretStore.OWN_CERTIFICATE, impostor.service("client"));
      pair.serving(Pair::echo);
      Exchange exchange = call(pair);
      assertRefusedByServer(pair, exchange, pair.pki.uri("client"), "signed by");
      assertThat(exchange.reason).contains("refused " + pair.pki.uri("client"));
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void aClientOfAnotherIdentity(Mode mode) {
    try (var pair = pair(mode)) {
      pair.serving(
          pair.builder(Pair::echo).identities(Set.of(SpiffeId.parse(pair.pki.uri("friend")))));
      assertRefusedByServer(
          pair,
          call(pair),
          "presented " + pair.pki.uri("client"),
          "accepted is [" + pair.pki.uri("friend") + "]");
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void aClientOfAnotherTrustDomain(Mode mode) {
    try (var pair = pair(mode)) {
      pair.serving(pair.builder(Pair::echo).trustDomains(Set.of("elsewhere")));
      assertRefusedByServer(pair, call(pair), pair.pki.uri("client"), "elsewhere");
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void aClientWithoutCertificate(Mode mode) {
    try (var pair = pair(mode).serving(Pair::echo)) {
      UpstreamTls with = pair.tls("svc");
      var without =
          new UpstreamTls(
              new CommonTls(
                  Optional.empty(),
                  with.common().validation(),
                  List.of(),
                  Version.AUTO,
                  Version.AUTO),
              "",
              false,
              false);
      Exchange exchange = call(pair, without);
      assertRefusedByServer(pair, exchange, "no certificate");
      assertThat(exchange.reason).contains("refused us, who have no certificate");
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void aClientWhoseCertificateHasExpired(Mode mode) {
    try (var pair = pair(mode)) {
      Instant now = Instant.now();
      pair.client.certificate(
          SecretStore.OWN_CERTIFICATE,
          pair.pki.issue(
              new Leaf()
                  .uri(pair.pki.uri("client"))
                  .valid(now.minusSeconds(600), now.minusSeconds(300))));
      pair.serving(Pair::echo);
      assertRefusedByServer(pair, call(pair), pair.pki.uri("client"), "expired at");
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void plaintextOnAStrictPortIsRefusedAtOnce(Mode mode) {
    try (var pair = pair(mode).serving(Pair::echo)) {
      ConnectionPool pool =
          pair.pool(
              pair.address(),
              ProtocolOptions.of(mode.http()),
              ConnectionLimits.NONE,
              new TransportSocket.RawBuffer());
      var exchange = Exchange.get("/").on(pool, pair.loop);
      assertThat(exchange.outcome())
          .isIn(Closed.TERMINATED, Closed.CONNECT_FAILURE, Closed.PROTOCOL_ERROR);
      await().until(() -> !pair.refused.isEmpty());
      assertThat(pair.refused.get(0)).contains("does not speak TLS");
      assertThat(pair.server.stats().requests()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void aPermissivePortTakesBoth(Mode mode) {
    try (var pair = pair(mode)) {
      pair.serving(pair.builder(Pair::echo).tls(TlsMode.PERMISSIVE));
      assertThat(call(pair).outcome()).isEqualTo(Closed.COMPLETE);
      assertThat(call(pair, new TransportSocket.RawBuffer()).outcome()).isEqualTo(Closed.COMPLETE);
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void secretsThatHaveNotArrivedAreNamed(Mode mode) {
    try (var pair = pair(mode).serving(Pair::echo)) {
      UpstreamTls with = pair.tls("svc");
      var sds =
          new UpstreamTls(
              new CommonTls(
                  Optional.of(new Sds("some-cert")),
                  with.common().validation(),
                  List.of(),
                  Version.AUTO,
                  Version.AUTO),
              "",
              false,
              false);
      Exchange exchange = call(pair, sds);
      assertThat(exchange.outcome()).isEqualTo(Closed.CONNECT_FAILURE);
      assertThat(exchange.reason).contains("\"some-cert\" has not arrived");
      pair.client.certificate("some-cert", pair.pki.service("client"));
      assertThat(call(pair, sds).outcome()).isEqualTo(Closed.COMPLETE);
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void intermediatesAndDnsNames(Mode mode) {
    try (var pair = pair(mode)) {
      TestPki below = pair.pki.intermediate("below");
      pair.service.certificate(
          SecretStore.OWN_CERTIFICATE,
          below.issue(new Leaf().uri(pair.pki.uri("svc")).dns("*.svc.example")));
      pair.client.certificate(SecretStore.OWN_CERTIFICATE, below.service("client"));
      pair.serving(Pair::echo);
      assertThat(call(pair).outcome()).isEqualTo(Closed.COMPLETE);
      UpstreamTls with = pair.tls("svc");
      var named = new UpstreamTls(with.common(), "a.svc.example", false, true);
      assertThat(call(pair, named).outcome()).isEqualTo(Closed.COMPLETE);
      var misnamed = new UpstreamTls(with.common(), "a.b.svc.example", false, true);
      assertThat(call(pair, misnamed).reason).contains("accepted is [a.b.svc.example]");
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void newCertificatesServeNewConnectionsAndChangedTrustRetiresOldOnes(Mode mode) {
    try (var pair = pair(mode).serving(Pair::echo)) {
      ConnectionPool pool = pair.pool();
      var first = pair.client.certificate(SecretStore.OWN_CERTIFICATE);
      assertThat(Exchange.get("/").on(pool, pair.loop).outcome()).isEqualTo(Closed.COMPLETE);
      KeyMaterial second = pair.pki.service("client");
      pair.client.certificate(SecretStore.OWN_CERTIFICATE, second);
      // Its certificate is young: the connection stays.
      assertThat(Exchange.get("/").on(pool, pair.loop).outcome()).isEqualTo(Closed.COMPLETE);
      assertThat(pair.server.stats().accepted()).isEqualTo(1);
      pair.client.trust(SecretStore.OWN_ROOTS, pair.pki.trust());
      await().until(() -> pair.transport.openConnections() == 0);
      assertThat(Exchange.get("/").on(pool, pair.loop).outcome()).isEqualTo(Closed.COMPLETE);
      assertThat(pair.peers)
          .extracting(X509Certificate::getSerialNumber)
          .containsExactly(first.leaf().getSerialNumber(), second.leaf().getSerialNumber());
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void aConnectionRetiresWhenItsCertificateIsNearItsEndAndThereIsANewerOne(Mode mode) {
    try (var pair = pair(mode)) {
      Instant now = Instant.now();
      var leaf = new Leaf().uri(pair.pki.uri("client")).validFor(Duration.ofSeconds(60));
      KeyMaterial issued = pair.pki.issue(leaf);
      // Received so long ago that a fifth of its life is left in a moment.
      var old = new KeyMaterial(issued.chain(), issued.key(), now.minusSeconds(238));
      pair.client.certificate(SecretStore.OWN_CERTIFICATE, old);
      pair.serving(Pair::echo);
      ConnectionPool pool = pair.pool();
      assertThat(Exchange.get("/").on(pool, pair.loop).outcome()).isEqualTo(Closed.COMPLETE);
      assertThat(pair.transport.openConnections()).isEqualTo(1);
      pair.client.certificate(SecretStore.OWN_CERTIFICATE, pair.pki.service("client"));
      await().until(() -> pair.transport.openConnections() == 0);
      assertThat(Exchange.get("/").on(pool, pair.loop).outcome()).isEqualTo(Closed.COMPLETE);
      assertThat(pair.server.stats().accepted()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void theServersCertificateChangesWhileItRuns(Mode mode) {
    try (var pair = pair(mode).serving(Pair::echo)) {
      assertThat(call(pair).outcome()).isEqualTo(Closed.COMPLETE);
      pair.service.certificate(SecretStore.OWN_CERTIFICATE, pair.pki.service("renamed"));
      assertThat(call(pair, pair.tls("renamed")).outcome()).isEqualTo(Closed.COMPLETE);
      assertThat(call(pair, pair.tls("svc")).outcome()).isEqualTo(Closed.CONNECT_FAILURE);
    }
  }

  @Test
  void matchersOfEveryKind() {
    var mode = new Mode(Http.HTTP_1, true, TlsProvider.BEST);
    try (var pair = pair(mode).serving(Pair::echo)) {
      record Case(StringMatcher matcher, boolean accepted) {}
      for (Case one :
          List.of(
              new Case(new StringMatcher.Prefix("spiffe://cluster.local/", false), true),
              new Case(new StringMatcher.Suffix("/SVC", true), true),
              new Case(new StringMatcher.Suffix("/SVC", false), false),
              new Case(new StringMatcher.Contains("/sa/", false), true),
              new Case(
                  new StringMatcher.Pattern(new io.inmesh.config.Regex("spiffe://.*/sa/s.c")),
                  true),
              new Case(new StringMatcher.Pattern(new io.inmesh.config.Regex("sa/svc")), false))) {
        UpstreamTls with = pair.tls("svc");
        var validation = with.common().validation().orElseThrow();
        var changed =
            new TransportSocket.Validation(
                validation.authorities(),
                List.of(new TransportSocket.SanMatcher(TransportSocket.SanType.URI, one.matcher)),
                List.of(),
                List.of(),
                false,
                false);
        var socket =
            new UpstreamTls(
                new CommonTls(
                    with.common().certificate(),
                    Optional.of(changed),
                    List.of(),
                    Version.AUTO,
                    Version.AUTO),
                "",
                false,
                false);
        assertThat(call(pair, socket).outcome())
            .as(one.toString())
            .isEqualTo(one.accepted ? Closed.COMPLETE : Closed.CONNECT_FAILURE);
      }
    }
  }
}
