package io.inmesh.xds.codec;

import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.TrustBundle;
import io.inmesh.testkit.pki.TestPki;

/** A key with its certificate, and the authority that signed it. */
final class Keys {
  private static final TestPki PKI = new TestPki("cluster.local");

  static final KeyMaterial PAIR = asDecoded(PKI.service("web"));
  static final TrustBundle ROOTS = PKI.plainTrust();

  private Keys() {}

  /** What is decoded counts as received when it begins to be valid. */
  private static KeyMaterial asDecoded(KeyMaterial keys) {
    return new KeyMaterial(keys.chain(), keys.key(), keys.leaf().getNotBefore().toInstant());
  }
}
