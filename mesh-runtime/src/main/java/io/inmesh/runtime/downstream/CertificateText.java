package io.inmesh.runtime.downstream;

import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;

/** Certificates as text: what they call their owner, and the whole of them. */
public final class CertificateText {
  private static final int DNS = 2;
  private static final int URI = 6;

  private CertificateText() {}

  /** URIs, then DNS names, then the subject. */
  public static List<String> names(X509Certificate leaf) {
    var names = new ArrayList<String>();
    add(leaf, URI, names);
    add(leaf, DNS, names);
    names.add(leaf.getSubjectX500Principal().getName());
    return names;
  }

  private static void add(X509Certificate leaf, int kind, List<String> names) {
    for (List<?> name : alternativeNames(leaf)) {
      if (Integer.valueOf(kind).equals(name.get(0)) && name.get(1) instanceof String text) {
        names.add(text);
      }
    }
  }

  /** Subject alternative names, each its kind and its value; none if they cannot be read. */
  public static Collection<List<?>> alternativeNames(X509Certificate leaf) {
    try {
      Collection<List<?>> all = leaf.getSubjectAlternativeNames();
      return all == null ? List.of() : all;
    } catch (CertificateParsingException malformed) {
      // A name that cannot be read names nobody.
      return List.of();
    }
  }

  /** PEM; what is not safe in the value of a header is percent-encoded, as Envoy does. */
  public static String pem(List<X509Certificate> chain) {
    var lines = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
    var text = new StringBuilder();
    for (X509Certificate one : chain) {
      text.append("-----BEGIN CERTIFICATE-----\n")
          .append(lines.encodeToString(encoded(one)))
          .append("\n-----END CERTIFICATE-----\n");
    }
    return text.toString()
        .replace("\n", "%0A")
        .replace(" ", "%20")
        .replace("+", "%2B")
        .replace("/", "%2F")
        .replace("=", "%3D");
  }

  /** DER. */
  public static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (CertificateEncodingException impossible) {
      throw new IllegalStateException("a certificate that was read cannot be written", impossible);
    }
  }
}
