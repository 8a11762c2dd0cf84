package io.inmesh.xds.codec;

import io.inmesh.config.Secret;
import io.inmesh.config.TransportSocket.Validation;
import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.Pem;
import io.inmesh.identity.TrustBundle;
import io.inmesh.proto.envoy.config.core.v3.DataSource;
import io.inmesh.proto.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Keys, chains and authorities. What is refused never shows any of a key. */
final class KeysCodec {
  private KeysCodec() {}

  static Secret secret(
      Decoding in, io.inmesh.proto.envoy.extensions.transport_sockets.tls.v3.Secret message) {
    String name = in.text(message.getName());
    switch (message.getTypeCase()) {
      case TLS_CERTIFICATE:
        KeyMaterial keys =
            in.inside("tls_certificate", message.getTlsCertificate(), KeysCodec::keys);
        return new Secret(name, Optional.of(keys), Optional.empty(), Optional.empty());
      case VALIDATION_CONTEXT:
        if (!message.getValidationContext().hasTrustedCa()) {
          throw in.refuse("validation_context.trusted_ca", "is missing");
        }
        TrustBundle bundle =
            in.inside(
                "validation_context.trusted_ca",
                message.getValidationContext().getTrustedCa(),
                KeysCodec::authorities);
        Validation rest =
            in.inside(
                "validation_context",
                message.getValidationContext(),
                (at, context) -> ValidationCodec.with(at, context, Optional.empty()));
        return new Secret(
            name,
            Optional.empty(),
            Optional.of(bundle),
            rest.equals(NOTHING) ? Optional.empty() : Optional.of(rest));
      case SESSION_TICKET_KEYS:
        throw in.refuse("session_ticket_keys", "is not supported");
      case GENERIC_SECRET:
        throw in.refuse("generic_secret", "is not supported");
      default:
        throw in.refuse("no secret is given");
    }
  }

  private static final Validation NOTHING =
      new Validation(Optional.empty(), List.of(), List.of(), List.of(), false, false);

  /**
   * A key with its chain. It counts as received when it begins to be valid: whoever sent it renews
   * it, and equal bytes must give equal values.
   */
  static KeyMaterial keys(Decoding in, TlsCertificate message) {
    if (message.hasPkcs12()) {
      throw in.refuse("pkcs12", "is not supported");
    }
    if (message.hasPrivateKeyProvider()) {
      throw in.refuse("private_key_provider", "is not supported");
    }
    if (message.hasPassword()) {
      throw in.refuse("password", "encrypted keys are not supported");
    }
    List<X509Certificate> chain =
        in.inside("certificate_chain", message.getCertificateChain(), KeysCodec::certificates);
    in.enter("private_key", -1);
    String key = FormatCodec.text(in, message.getPrivateKey());
    try {
      var keys =
          new KeyMaterial(chain, Pem.privateKey(key), chain.get(0).getNotBefore().toInstant());
      in.leave();
      return keys;
    } catch (IllegalArgumentException wrong) {
      throw in.refuse(String.valueOf(wrong.getMessage()));
    }
  }

  static TrustBundle authorities(Decoding in, DataSource source) {
    return new TrustBundle(Map.of("", certificates(in, source)));
  }

  private static List<X509Certificate> certificates(Decoding in, DataSource source) {
    List<X509Certificate> certificates;
    try {
      certificates = Pem.certificates(FormatCodec.text(in, source));
    } catch (IllegalArgumentException wrong) {
      throw in.refuse(String.valueOf(wrong.getMessage()));
    }
    if (certificates.isEmpty()) {
      throw in.refuse("holds no certificate");
    }
    return certificates;
  }

  static TlsCertificate keys(KeyMaterial keys) {
    return TlsCertificate.newBuilder()
        .setCertificateChain(FormatCodec.text(Pem.ofCertificates(keys.chain())))
        .setPrivateKey(FormatCodec.text(Pem.ofPrivateKey(keys.key())))
        .build();
  }

  /** All authorities in one text; trust domains cannot be told apart in it. */
  static DataSource authorities(TrustBundle bundle) {
    var text = new StringBuilder();
    new java.util.TreeMap<>(bundle.authorities())
        .values()
        .forEach(certificates -> text.append(Pem.ofCertificates(certificates)));
    return FormatCodec.text(text.toString());
  }

  static io.inmesh.proto.envoy.extensions.transport_sockets.tls.v3.Secret secret(Secret secret) {
    var message =
        io.inmesh.proto.envoy.extensions.transport_sockets.tls.v3.Secret.newBuilder()
            .setName(secret.name());
    secret.certificate().ifPresent(keys -> message.setTlsCertificate(keys(keys)));
    secret
        .authorities()
        .ifPresent(
            bundle ->
                message.setValidationContext(
                    ValidationCodec.encode(secret.validation().orElse(NOTHING))
                        .setTrustedCa(authorities(bundle))));
    return message.build();
  }
}
