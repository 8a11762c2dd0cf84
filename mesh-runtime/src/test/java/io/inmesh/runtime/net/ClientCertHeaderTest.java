package io.inmesh.runtime.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.ClientCertHeader;
import io.inmesh.config.ClientCertHeader.Handling;
import io.inmesh.config.ProtocolOptions.Http;
import io.inmesh.runtime.net.Pair.Mode;
import io.inmesh.runtime.tls.TlsProvider;
import io.inmesh.testkit.pki.TestPki.Leaf;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code x-forwarded-client-cert}, as a real Envoy was seen to write it. */
class ClientCertHeaderTest {
  private static final String SENT = "URI=spiffe://evil";

  private static ClientCertHeader names(Handling handling) {
    return new ClientCertHeader(handling, true, false, false, true, true);
  }

  /** What a handler sees of what a client has sent. */
  private static String seen(Pair pair, ClientCertHeader config) {
    pair.serving(
        pair.builder(
                request ->
                    Pair.text(
                        200, String.join("|", request.headers().all("x-forwarded-client-cert"))))
            .clientCert(config));
    var exchange =
        Exchange.get("/").headers("x-forwarded-client-cert", SENT).on(pair.pool(), pair.loop);
    exchange.outcome();
    return exchange.text();
  }

  private static String hash(Pair pair) throws Exception {
    byte[] leaf = pair.client.certificate("default").leaf().getEncoded();
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(leaf));
  }

  @ParameterizedTest
  @CsvSource({"HTTP_1,BORINGSSL", "HTTP_1,JDK", "HTTP_2,BORINGSSL", "HTTP_2,JDK"})
  void appendsWhoTheClientIs(Http http, TlsProvider provider) throws Exception {
    try (var pair = new Pair(new Mode(http, true, provider))) {
      var leaf =
          new Leaf()
              .subject("O=acme,CN=the client")
              .uri(pair.pki.uri("client"))
              .dns("one.example")
              .dns("two.example");
      pair.client.certificate("default", pair.pki.issue(leaf));
      assertThat(seen(pair, names(Handling.APPEND_FORWARD)))
          .isEqualTo(
              SENT
                  + ",By="
                  + pair.pki.uri("svc")
                  + ";Hash="
                  + hash(pair)
                  + ";Subject=\"CN=the client,O=acme\";URI="
                  + pair.pki.uri("client")
                  + ";DNS=one.example;DNS=two.example");
    }
  }

  @ParameterizedTest
  @EnumSource
  void handlesWhatTheClientSays(Handling handling) throws Exception {
    var config = new ClientCertHeader(handling, false, false, false, false, false);
    try (var pair = new Pair(new Mode(Http.HTTP_1, true, TlsProvider.BEST))) {
      String own = "By=" + pair.pki.uri("svc") + ";Hash=" + hash(pair);
      assertThat(seen(pair, config))
          .isEqualTo(
              switch (handling) {
                case SANITIZE -> "";
                case FORWARD_ONLY, ALWAYS_FORWARD_ONLY -> SENT;
                case APPEND_FORWARD -> SENT + "," + own;
                case SANITIZE_SET -> own;
              });
    }
  }

  @ParameterizedTest
  @EnumSource
  void withoutACertificateOnlyOneLetsItPass(Handling handling) {
    try (var pair = new Pair(new Mode(Http.HTTP_1, false, TlsProvider.BEST))) {
      assertThat(seen(pair, names(handling)))
          .isEqualTo(handling == Handling.ALWAYS_FORWARD_ONLY ? SENT : "");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BORINGSSL", "JDK"})
  void certificatesAreToldInPem(TlsProvider provider) {
    var config = new ClientCertHeader(Handling.SANITIZE_SET, false, true, true, false, false);
    try (var pair = new Pair(new Mode(Http.HTTP_1, true, provider))) {
      var intermediate = pair.pki.intermediate("between");
      pair.client.certificate("default", intermediate.service("client"));
      List<String> parts = List.of(seen(pair, config).split(";"));
      String begin = "-----BEGIN%20CERTIFICATE-----%0A";
      assertThat(parts.get(2)).startsWith("Cert=\"" + begin).endsWith("CERTIFICATE-----%0A\"");
      assertThat(parts.get(3)).startsWith("Chain=\"" + begin);
      assertThat(parts.get(3).split(begin)).hasSize(3);
      assertThat(parts.get(2)).doesNotContain("+", "/", " ").hasSizeLessThan(2000);
    }
  }
}
