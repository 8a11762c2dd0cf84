package io.inmesh.xds.codec;

import com.google.protobuf.Any;
import io.inmesh.config.Secret;
import io.inmesh.config.TransportSocket;
import io.inmesh.config.TransportSocket.CommonTls;
import io.inmesh.config.TransportSocket.DownstreamTls;
import io.inmesh.config.TransportSocket.InlineSecret;
import io.inmesh.config.TransportSocket.Local;
import io.inmesh.config.TransportSocket.RawBuffer;
import io.inmesh.config.TransportSocket.Sds;
import io.inmesh.config.TransportSocket.SecretSource;
import io.inmesh.config.TransportSocket.UpstreamTls;
import io.inmesh.config.TransportSocket.Validation;
import io.inmesh.config.TransportSocket.Version;
import io.inmesh.identity.SecretStore;
import io.inmesh.proto.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.inmesh.proto.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.inmesh.proto.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext;
import io.inmesh.proto.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.inmesh.proto.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.inmesh.proto.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import io.inmesh.proto.envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol;
import io.inmesh.proto.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import java.util.List;
import java.util.Optional;

/** Transport sockets. */
final class TlsCodec {
  private static final String PACKAGE = "envoy.extensions.transport_sockets.";
  static final String RAW = PACKAGE + "raw_buffer.v3.RawBuffer";
  static final String UPSTREAM = PACKAGE + "tls.v3.UpstreamTlsContext";
  static final String DOWNSTREAM = PACKAGE + "tls.v3.DownstreamTlsContext";

  private TlsCodec() {}

  static TransportSocket upstream(
      Decoding in, io.inmesh.proto.envoy.config.core.v3.TransportSocket message) {
    String name = in.required("name", message.getName());
    Any any = TypedStructs.unwrap(in, message.getTypedConfig());
    String type = Decoding.typeOf(any);
    if (isRaw(name, type)) {
      return new RawBuffer();
    }
    if (!type.equals(UPSTREAM)) {
      throw in.refuse("typed_config", "unknown transport socket " + (type.isEmpty() ? name : type));
    }
    in.enter("typed_config", -1);
    UpstreamTlsContext tls = in.parse(any.getValue(), UpstreamTlsContext.parser());
    if (tls.getSniBytes().size() > 255) {
      throw in.refuse("sni", "must have at most 255 bytes");
    }
    CommonTls common = in.inside("common_tls_context", tls.getCommonTlsContext(), TlsCodec::common);
    if (tls.getAutoSniSanValidation()
        && common.validation().flatMap(Validation::authorities).isEmpty()) {
      throw in.refuse("auto_sni_san_validation", "needs a trusted CA");
    }
    in.leave();
    return new UpstreamTls(
        common, in.text(tls.getSni()), tls.getAutoHostSni(), tls.getAutoSniSanValidation());
  }

  static TransportSocket downstream(
      Decoding in, io.inmesh.proto.envoy.config.core.v3.TransportSocket message) {
    String name = in.required("name", message.getName());
    Any any = TypedStructs.unwrap(in, message.getTypedConfig());
    String type = Decoding.typeOf(any);
    if (isRaw(name, type)) {
      return new RawBuffer();
    }
    if (!type.equals(DOWNSTREAM)) {
      throw in.refuse("typed_config", "unknown transport socket " + (type.isEmpty() ? name : type));
    }
    in.enter("typed_config", -1);
    DownstreamTlsContext tls = in.parse(any.getValue(), DownstreamTlsContext.parser());
    CommonTls common = in.inside("common_tls_context", tls.getCommonTlsContext(), TlsCodec::common);
    if (common.certificate().isEmpty()) {
      throw in.refuse("common_tls_context", "a server needs a certificate");
    }
    in.leave();
    return new DownstreamTls(common, tls.getRequireClientCertificate().getValue());
  }

  private static boolean isRaw(String name, String type) {
    return type.equals(RAW)
        || (type.isEmpty()
            && (name.equals("envoy.transport_sockets.raw_buffer") || name.equals("raw_buffer")));
  }

  private static CommonTls common(Decoding in, CommonTlsContext message) {
    TlsParameters params = message.getTlsParams();
    return new CommonTls(
        certificate(in, message),
        validation(in, message),
        FilterChainCodec.texts(in, message.getAlpnProtocolsList()),
        version(in, "tls_minimum_protocol_version", params.getTlsMinimumProtocolVersion()),
        version(in, "tls_maximum_protocol_version", params.getTlsMaximumProtocolVersion()));
  }

  private static Version version(Decoding in, String field, TlsProtocol protocol) {
    switch (protocol) {
      case TLS_AUTO:
        return Version.AUTO;
      case TLSv1_2:
        return Version.TLS_1_2;
      case TLSv1_3:
        return Version.TLS_1_3;
      default:
        throw in.refuse("tls_params." + field, protocol + " is not supported");
    }
  }

  private static Optional<SecretSource> certificate(Decoding in, CommonTlsContext message) {
    if (message.getTlsCertificatesCount() > 0) {
      if (message.getTlsCertificatesCount() > 1) {
        in.ignored("tls_certificates", "only the first is used");
      }
      in.enter("tls_certificates", 0);
      var keys = KeysCodec.keys(in, message.getTlsCertificates(0));
      in.leave();
      return Optional.of(
          new InlineSecret(new Secret("", Optional.of(keys), Optional.empty(), Optional.empty())));
    }
    if (message.getTlsCertificateSdsSecretConfigsCount() > 0) {
      if (message.getTlsCertificateSdsSecretConfigsCount() > 1) {
        in.ignored("tls_certificate_sds_secret_configs", "only the first is used");
      }
      in.enter("tls_certificate_sds_secret_configs", 0);
      SecretSource source = sds(in, message.getTlsCertificateSdsSecretConfigs(0));
      in.leave();
      return Optional.of(source);
    }
    if (message.hasTlsCertificateProviderInstance()) {
      return Optional.of(
          new Local(own(in, message.getTlsCertificateProviderInstance().getCertificateName())));
    }
    if (message.hasTlsCertificateCertificateProviderInstance()) {
      return Optional.of(
          new Local(
              own(
                  in,
                  message.getTlsCertificateCertificateProviderInstance().getCertificateName())));
    }
    return Optional.empty();
  }

  private static String own(Decoding in, String certificateName) {
    return certificateName.isEmpty() ? SecretStore.OWN_CERTIFICATE : in.text(certificateName);
  }

  /** Roots by a certificate provider; without a name they are those of our own authority. */
  static String providedRoots(String certificateName) {
    return certificateName.isEmpty() ? SecretStore.OWN_ROOTS : certificateName;
  }

  private static SecretSource sds(Decoding in, SdsSecretConfig message) {
    String name = in.required("name", message.getName());
    boolean own = name.equals(SecretStore.OWN_CERTIFICATE) || name.equals(SecretStore.OWN_ROOTS);
    return own ? new Local(name) : new Sds(name);
  }

  private static Optional<Validation> validation(Decoding in, CommonTlsContext message) {
    switch (message.getValidationContextTypeCase()) {
      case VALIDATION_CONTEXT:
        return Optional.of(
            in.inside(
                "validation_context", message.getValidationContext(), ValidationCodec::validation));
      case VALIDATION_CONTEXT_SDS_SECRET_CONFIG:
        SecretSource source =
            in.inside(
                "validation_context_sds_secret_config",
                message.getValidationContextSdsSecretConfig(),
                TlsCodec::sds);
        return Optional.of(only(source));
      case COMBINED_VALIDATION_CONTEXT:
        return Optional.of(
            in.inside(
                "combined_validation_context",
                message.getCombinedValidationContext(),
                TlsCodec::combined));
      case VALIDATION_CONTEXT_CERTIFICATE_PROVIDER_INSTANCE:
        var instance = message.getValidationContextCertificateProviderInstance();
        return Optional.of(only(new Local(providedRoots(in.text(instance.getCertificateName())))));
      case VALIDATION_CONTEXT_CERTIFICATE_PROVIDER:
        throw in.refuse("validation_context_certificate_provider", "is not supported");
      default:
        return Optional.empty();
    }
  }

  private static Validation only(SecretSource authorities) {
    return new Validation(Optional.of(authorities), List.of(), List.of(), List.of(), false, false);
  }

  private static Validation combined(Decoding in, CombinedCertificateValidationContext message) {
    CertificateValidationContext rest = message.getDefaultValidationContext();
    Optional<SecretSource> authorities;
    if (message.hasValidationContextSdsSecretConfig()) {
      authorities =
          Optional.of(
              in.inside(
                  "validation_context_sds_secret_config",
                  message.getValidationContextSdsSecretConfig(),
                  TlsCodec::sds));
    } else if (message.hasValidationContextCertificateProviderInstance()) {
      var instance = message.getValidationContextCertificateProviderInstance();
      authorities = Optional.of(new Local(providedRoots(in.text(instance.getCertificateName()))));
    } else {
      authorities = in.inside("default_validation_context", rest, ValidationCodec::authorities);
    }
    Validation validation =
        in.inside(
            "default_validation_context",
            rest,
            (at, context) -> ValidationCodec.with(at, context, authorities));
    return ValidationCodec.checked(in, validation);
  }
}
