package io.inmesh.xds.codec;

import io.inmesh.config.Secret;
import io.inmesh.config.StringMatcher;
import io.inmesh.config.TransportSocket.InlineSecret;
import io.inmesh.config.TransportSocket.Local;
import io.inmesh.config.TransportSocket.SanMatcher;
import io.inmesh.config.TransportSocket.SanType;
import io.inmesh.config.TransportSocket.SecretSource;
import io.inmesh.config.TransportSocket.Validation;
import io.inmesh.identity.TrustBundle;
import io.inmesh.proto.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.inmesh.proto.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext.TrustChainVerification;
import io.inmesh.proto.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How a peer's certificate is judged. */
final class ValidationCodec {
  private ValidationCodec() {}

  /** A context that stands for itself. */
  static Validation validation(Decoding in, CertificateValidationContext message) {
    return checked(in, with(in, message, authorities(in, message)));
  }

  /** A context whose authorities come from elsewhere. */
  static Validation with(
      Decoding in, CertificateValidationContext message, Optional<SecretSource> authorities) {
    if (message.hasCrl()) {
      throw in.refuse("crl", "is not supported");
    }
    if (message.hasCustomValidatorConfig()) {
      throw in.refuse("custom_validator_config", "is not supported");
    }
    if (message.getRequireSignedCertificateTimestamp().getValue()) {
      throw in.refuse("require_signed_certificate_timestamp", "is not supported");
    }
    return new Validation(
        authorities,
        names(in, message),
        hashes(in, message.getVerifyCertificateHashList()),
        spki(in, message.getVerifyCertificateSpkiList()),
        in.known("trust_chain_verification", message.getTrustChainVerification())
            == TrustChainVerification.ACCEPT_UNTRUSTED,
        message.getAllowExpiredCertificate());
  }

  /** As Envoy demands of a context that is complete. */
  static Validation checked(Decoding in, Validation validation) {
    if (validation.authorities().isPresent()) {
      return validation;
    }
    if (!validation.subjectAltNames().isEmpty()) {
      throw in.refuse(
          "match_typed_subject_alt_names", "names must not be verified without a trusted CA");
    }
    if (validation.allowExpired()) {
      throw in.refuse("allow_expired_certificate", "has no meaning without a trusted CA");
    }
    return validation;
  }

  static Optional<SecretSource> authorities(Decoding in, CertificateValidationContext message) {
    if (message.hasTrustedCa()) {
      TrustBundle bundle = in.inside("trusted_ca", message.getTrustedCa(), KeysCodec::authorities);
      return Optional.of(
          new InlineSecret(
              new Secret("", Optional.empty(), Optional.of(bundle), Optional.empty())));
    }
    if (message.hasCaCertificateProviderInstance()) {
      return Optional.of(
          new Local(
              TlsCodec.providedRoots(
                  in.text(message.getCaCertificateProviderInstance().getCertificateName()))));
    }
    if (message.hasSystemRootCerts()) {
      throw in.refuse("system_root_certs", "is not supported");
    }
    return Optional.empty();
  }

  private static List<SanMatcher> names(Decoding in, CertificateValidationContext message) {
    var names = new ArrayList<SanMatcher>();
    names.addAll(
        in.each(
            "match_typed_subject_alt_names",
            message.getMatchTypedSubjectAltNamesList(),
            ValidationCodec::name));
    names.addAll(
        in.each(
            "match_subject_alt_names",
            message.getMatchSubjectAltNamesList(),
            (at, matcher) -> new SanMatcher(SanType.ANY, MatcherCodec.string(at, matcher))));
    return names;
  }

  static SanMatcher name(Decoding in, SubjectAltNameMatcher message) {
    if (!message.hasMatcher()) {
      throw in.refuse("matcher", "is missing");
    }
    StringMatcher matcher = in.inside("matcher", message.getMatcher(), MatcherCodec::string);
    switch (message.getSanType()) {
      case DNS:
        return new SanMatcher(SanType.DNS, matcher);
      case URI:
        return new SanMatcher(SanType.URI, matcher);
      case EMAIL:
        return new SanMatcher(SanType.EMAIL, matcher);
      case IP_ADDRESS:
        return new SanMatcher(SanType.IP_ADDRESS, matcher);
      default:
        throw in.refuse("san_type", message.getSanType() + " is not supported");
    }
  }

  private static List<String> hashes(Decoding in, List<String> values) {
    var hashes = new ArrayList<String>(values.size());
    for (String value : values) {
      String hex = value.replace(":", "").toLowerCase(Locale.ROOT);
      if (!hex.matches("[0-9a-f]{64}")) {
        throw in.refuse("verify_certificate_hash", "must be a SHA-256 in hexadecimal");
      }
      hashes.add(hex);
    }
    return hashes;
  }

  private static List<String> spki(Decoding in, List<String> values) {
    for (String value : values) {
      if (!value.matches("[A-Za-z0-9+/]{43}=")) {
        throw in.refuse("verify_certificate_spki", "must be a SHA-256 in base64");
      }
    }
    return values;
  }

  /** Everything but the authorities. */
  static CertificateValidationContext.Builder encode(Validation validation) {
    var message =
        CertificateValidationContext.newBuilder()
            .addAllVerifyCertificateHash(validation.certificateHashes())
            .addAllVerifyCertificateSpki(validation.spkiHashes())
            .setAllowExpiredCertificate(validation.allowExpired());
    if (validation.acceptUntrusted()) {
      message.setTrustChainVerification(TrustChainVerification.ACCEPT_UNTRUSTED);
    }
    for (SanMatcher name : validation.subjectAltNames()) {
      if (name.type() == SanType.ANY) {
        message.addMatchSubjectAltNames(MatcherCodec.string(name.matcher()));
      } else {
        message.addMatchTypedSubjectAltNames(name(name));
      }
    }
    return message;
  }

  /** A name whose type is known. */
  static SubjectAltNameMatcher name(SanMatcher name) {
    return SubjectAltNameMatcher.newBuilder()
        .setSanType(SubjectAltNameMatcher.SanType.valueOf(name.type().name()))
        .setMatcher(MatcherCodec.string(name.matcher()))
        .build();
  }
}
