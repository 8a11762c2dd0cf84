package io.inmesh.xds.ca;

import io.grpc.MethodDescriptor;
import io.inmesh.proto.istio.IstioCertificateRequest;
import io.inmesh.proto.istio.IstioCertificateResponse;
import io.inmesh.xds.grpc.Messages;

/**
 * The method by which certificates are signed, for clients and servers. Source:
 * istio.v1.auth.IstioCertificateService.
 */
public final class CertificateMethods {
  /** The full name of the service. */
  public static final String SERVICE = "istio.v1.auth.IstioCertificateService";

  /** Sends a certificate request, gets the chain: leaf first, root last. */
  public static final MethodDescriptor<IstioCertificateRequest, IstioCertificateResponse> CREATE =
      Messages.method(
          MethodDescriptor.MethodType.UNARY,
          SERVICE,
          "CreateCertificate",
          IstioCertificateRequest.getDefaultInstance(),
          IstioCertificateResponse.getDefaultInstance());

  private CertificateMethods() {}
}
