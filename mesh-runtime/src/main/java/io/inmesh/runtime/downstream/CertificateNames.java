package io.inmesh.runtime.downstream;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** What a certificate calls its owner. */
final class CertificateNames {
  private static final int DNS = 2;
  private static final int URI = 6;

  private CertificateNames() {}

  /** URIs, then DNS names, then the subject. */
  static List<String> of(X509Certificate leaf) {
    var names = new ArrayList<String>();
    add(leaf, URI, names);
    add(leaf, DNS, names);
    names.add(leaf.getSubjectX500Principal().getName());
    return names;
  }

  private static void add(X509Certificate leaf, int kind, List<String> names) {
    try {
      Collection<List<?>> all = leaf.getSubjectAlternativeNames();
      if (all != null) {
        for (List<?> name : all) {
          if (Integer.valueOf(kind).equals(name.get(0)) && name.get(1) instanceof String text) {
            names.add(text);
          }
        }
      }
    } catch (CertificateParsingException malformed) {
      // A name that cannot be read names nobody.
      names.clear();
    }
  }
}
