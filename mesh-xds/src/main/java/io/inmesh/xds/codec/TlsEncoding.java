package io.inmesh.xds.codec;

import com.google.protobuf.BoolValue;
import com.google.protobuf.Message;
import io.inmesh.config.TransportSocket;
import io.inmesh.config.TransportSocket.CommonTls;
import io.inmesh.config.TransportSocket.DownstreamTls;
import io.inmesh.config.TransportSocket.InlineSecret;
import io.inmesh.config.TransportSocket.Local;
import io.inmesh.config.TransportSocket.Sds;
import io.inmesh.config.TransportSocket.SecretSource;
import io.inmesh.config.TransportSocket.UpstreamTls;
import io.inmesh.config.TransportSocket.Validation;
import io.inmesh.config.TransportSocket.Version;
import io.inmesh.identity.TrustBundle;
import io.inmesh.proto.envoy.extensions.transport_sockets.tls.v3.CertificateProviderPluginInstance;
import io.inmesh.proto.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.inmesh.proto.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.inmesh.proto.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.inmesh.proto.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.inmesh.proto.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.inmesh.proto.envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol;
import io.inmesh.proto.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import java.util.Optional;

/** Writes transport sockets so that the receiver knows where its own certificate is. */
record TlsEncoding(TlsFlavor flavor) {
  private static final String TLS = "envoy.transport_sockets.tls";

  /** The instance that a gRPC bootstrap must configure, as Istio's does. */
  private static final String PROVIDER = "default";

  /** The message of a socket; empty for plaintext, which needs none. */
  Optional<io.inmesh.proto.envoy.config.core.v3.TransportSocket> socket(TransportSocket socket) {
    if (socket instanceof UpstreamTls upstream) {
      return Optional.of(socket(TlsCodec.UPSTREAM, upstream(upstream)));
    }
    if (socket instanceof DownstreamTls downstream) {
      return Optional.of(socket(TlsCodec.DOWNSTREAM, downstream(downstream)));
    }
    return Optional.empty();
  }

  /** The message of a socket where there must be one. */
  io.inmesh.proto.envoy.config.core.v3.TransportSocket socketOrRaw(TransportSocket socket) {
    return socket(socket)
        .orElseGet(
            () ->
                io.inmesh.proto.envoy.config.core.v3.TransportSocket.newBuilder()
                    .setName("envoy.transport_sockets.raw_buffer")
                    .setTypedConfig(Protos.empty(TlsCodec.RAW))
                    .build());
  }

  private static io.inmesh.proto.envoy.config.core.v3.TransportSocket socket(
      String type, Message tls) {
    return io.inmesh.proto.envoy.config.core.v3.TransportSocket.newBuilder()
        .setName(TLS)
        .setTypedConfig(Anys.of(type, tls))
        .build();
  }

  private UpstreamTlsContext upstream(UpstreamTls tls) {
    return UpstreamTlsContext.newBuilder()
        .setCommonTlsContext(common(tls.common()))
        .setSni(tls.sni())
        .setAutoHostSni(tls.autoHostSni())
        .setAutoSniSanValidation(tls.autoSniSanValidation())
        .build();
  }

  private DownstreamTlsContext downstream(DownstreamTls tls) {
    var message = DownstreamTlsContext.newBuilder().setCommonTlsContext(common(tls.common()));
    if (tls.requireClientCertificate()) {
      message.setRequireClientCertificate(BoolValue.of(true));
    }
    return message.build();
  }

  private CommonTlsContext common(CommonTls common) {
    var message = CommonTlsContext.newBuilder().addAllAlpnProtocols(common.alpn());
    common.certificate().ifPresent(source -> certificate(source, message));
    common.validation().ifPresent(validation -> validation(validation, message));
    if (flavor == TlsFlavor.GRPC && hasGrpcVersions(common)) {
      return message.build();
    }
    if (common.minimum() != Version.AUTO) {
      message.getTlsParamsBuilder().setTlsMinimumProtocolVersion(version(common.minimum()));
    }
    if (common.maximum() != Version.AUTO) {
      message.getTlsParamsBuilder().setTlsMaximumProtocolVersion(version(common.maximum()));
    }
    return message.build();
  }

  /** Whether gRPC, which refuses to be told, speaks these versions of its own accord. */
  private static boolean hasGrpcVersions(CommonTls common) {
    return common.minimum() != Version.TLS_1_3 && common.maximum() != Version.TLS_1_2;
  }

  private static TlsProtocol version(Version version) {
    return version == Version.TLS_1_2 ? TlsProtocol.TLSv1_2 : TlsProtocol.TLSv1_3;
  }

  private void certificate(SecretSource source, CommonTlsContext.Builder message) {
    if (source instanceof InlineSecret inline) {
      inline
          .value()
          .certificate()
          .ifPresent(keys -> message.addTlsCertificates(KeysCodec.keys(keys)));
    } else if (source instanceof Local local && flavor == TlsFlavor.GRPC) {
      message.setTlsCertificateProviderInstance(instance(local));
    } else {
      message.addTlsCertificateSdsSecretConfigs(sds(source));
    }
  }

  private void validation(Validation validation, CommonTlsContext.Builder message) {
    CertificateValidationContext.Builder rest = ValidationCodec.encode(validation);
    if (flavor == TlsFlavor.GRPC) {
      untyped(rest);
    }
    SecretSource authorities = validation.authorities().orElse(null);
    if (authorities instanceof InlineSecret inline) {
      TrustBundle bundle = inline.value().authorities().orElseThrow();
      message.setValidationContext(rest.setTrustedCa(KeysCodec.authorities(bundle)));
    } else if (authorities instanceof Local local && flavor == TlsFlavor.GRPC) {
      message.setValidationContext(rest.setCaCertificateProviderInstance(instance(local)));
    } else if (authorities != null) {
      message
          .getCombinedValidationContextBuilder()
          .setDefaultValidationContext(rest)
          .setValidationContextSdsSecretConfig(sds(authorities));
    } else {
      message.setValidationContext(rest);
    }
  }

  /** grpc-java reads names of subjects only in the form without a type. */
  private static void untyped(CertificateValidationContext.Builder context) {
    for (SubjectAltNameMatcher name : context.getMatchTypedSubjectAltNamesList()) {
      context.addMatchSubjectAltNames(name.getMatcher());
    }
    context.clearMatchTypedSubjectAltNames();
  }

  private static CertificateProviderPluginInstance instance(Local local) {
    return CertificateProviderPluginInstance.newBuilder()
        .setInstanceName(PROVIDER)
        .setCertificateName(local.name())
        .build();
  }

  private SdsSecretConfig sds(SecretSource source) {
    if (source instanceof Sds sds) {
      return SdsSecretConfig.newBuilder().setName(sds.name()).setSdsConfig(Sources.ADS).build();
    }
    var message = SdsSecretConfig.newBuilder().setName(((Local) source).name());
    if (flavor == TlsFlavor.INMESH) {
      message.setSdsConfig(Sources.ADS);
    }
    return message.build();
  }
}
