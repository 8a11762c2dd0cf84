package io.inmesh.config;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** How bytes are protected; part of the key of a connection pool. */
public sealed interface TransportSocket {
  /** The secrets that must be known before it can be used. */
  Set<Resource.Key> references();

  /** Plaintext. */
  record RawBuffer() implements TransportSocket {
    @Override
    public Set<Resource.Key> references() {
      return Set.of();
    }
  }

  /**
   * TLS as a client. Source: envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext.
   *
   * @param sni empty for none
   */
  record UpstreamTls(
      CommonTls common, String sni, boolean autoHostSni, boolean autoSniSanValidation)
      implements TransportSocket {
    @Override
    public Set<Resource.Key> references() {
      return common.references();
    }
  }

  /** TLS as a server. Source: envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext. */
  record DownstreamTls(CommonTls common, boolean requireClientCertificate)
      implements TransportSocket {
    @Override
    public Set<Resource.Key> references() {
      return common.references();
    }
  }

  /**
   * What both sides share.
   *
   * @param certificate our certificate; empty for none
   * @param validation how the peer's is judged; empty for not at all
   */
  record CommonTls(
      Optional<SecretSource> certificate,
      Optional<Validation> validation,
      List<String> alpn,
      Version minimum,
      Version maximum) {
    public CommonTls {
      alpn = List.copyOf(alpn);
    }

    Set<Resource.Key> references() {
      var keys = new HashSet<Resource.Key>();
      certificate.ifPresent(source -> keys.addAll(source.references()));
      validation
          .flatMap(Validation::authorities)
          .ifPresent(source -> keys.addAll(source.references()));
      return keys;
    }
  }

  /** Where a certificate, or trusted authorities, come from. */
  sealed interface SecretSource {
    Set<Resource.Key> references();
  }

  /** By SDS from the plane. */
  record Sds(String name) implements SecretSource {
    @Override
    public Set<Resource.Key> references() {
      return Set.of(new Resource.Key(Resource.Type.SECRET, name));
    }
  }

  /**
   * From the process's own {@link io.inmesh.identity.SecretStore}: its identity and the roots of
   * its authority, whatever SDS server or certificate provider the config names for them.
   */
  record Local(String name) implements SecretSource {
    @Override
    public Set<Resource.Key> references() {
      return Set.of();
    }
  }

  /** In the config itself. */
  record InlineSecret(Secret value) implements SecretSource {
    @Override
    public Set<Resource.Key> references() {
      return Set.of();
    }
  }

  /**
   * How a peer's certificate is judged. Source:
   * envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext.
   *
   * @param authorities empty: any certificate is accepted
   * @param subjectAltNames one of them must match; an empty list lets all pass
   * @param certificateHashes lower-case hex SHA-256 of the leaf
   * @param spkiHashes base64 SHA-256 of the public key
   */
  record Validation(
      Optional<SecretSource> authorities,
      List<SanMatcher> subjectAltNames,
      List<String> certificateHashes,
      List<String> spkiHashes,
      boolean acceptUntrusted,
      boolean allowExpired) {
    public Validation {
      subjectAltNames = List.copyOf(subjectAltNames);
      certificateHashes = List.copyOf(certificateHashes);
      spkiHashes = List.copyOf(spkiHashes);
    }
  }

  /** A subject alternative name to accept. */
  record SanMatcher(SanType type, StringMatcher matcher) {}

  /** Kinds of subject alternative names. */
  enum SanType {
    /** The deprecated match_subject_alt_names: any kind. */
    ANY,
    DNS,
    URI,
    EMAIL,
    IP_ADDRESS
  }

  /** TLS versions. */
  enum Version {
    /** The default: TLS 1.2 is the least, 1.3 the most. */
    AUTO,
    TLS_1_2,
    TLS_1_3
  }

  /** How long a handshake may take when nothing else says so. */
  Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(10);
}
