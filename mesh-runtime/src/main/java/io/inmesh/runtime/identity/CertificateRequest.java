package io.inmesh.runtime.identity;

import io.inmesh.identity.Der;
import io.inmesh.identity.Pem;
import io.inmesh.identity.SpiffeId;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.List;

/**
 * A fresh P-256 key and a request (PKCS#10, RFC 2986) for a certificate that names a SPIFFE
 * identity. The subject is empty.
 */
final class CertificateRequest {
  private static final List<Integer> ECDSA_WITH_SHA256 = List.of(1, 2, 840, 10045, 4, 3, 2);
  private static final List<Integer> EXTENSION_REQUEST = List.of(1, 2, 840, 113549, 1, 9, 14);
  private static final List<Integer> SUBJECT_ALT_NAME = List.of(2, 5, 29, 17);
  private static final int ATTRIBUTES = 0xa0;
  private static final int URI_NAME = 0x86;
  private static final byte[] TRUE = {1, 1, (byte) 0xff};

  private final KeyPair keys;
  private final String pem;

  private CertificateRequest(KeyPair keys, String pem) {
    this.keys = keys;
    this.pem = pem;
  }

  static CertificateRequest of(SpiffeId id, SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      KeyPair keys = generator.generateKeyPair();
      byte[] info = info(id, keys.getPublic().getEncoded());
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(keys.getPrivate(), random);
      signature.update(info);
      byte[] request =
          Der.sequence(info, Der.sequence(Der.oid(ECDSA_WITH_SHA256)), Der.bits(signature.sign()));
      return new CertificateRequest(keys, Pem.block("CERTIFICATE REQUEST", request));
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("this JDK cannot make P-256 keys", missing);
    }
  }

  private static byte[] info(SpiffeId id, byte[] publicKey) {
    byte[] names = Der.octets(Der.sequence(Der.ascii(URI_NAME, id.uri())));
    byte[] extensions = Der.sequence(Der.sequence(Der.oid(SUBJECT_ALT_NAME), TRUE, names));
    byte[] attribute = Der.sequence(Der.oid(EXTENSION_REQUEST), Der.set(extensions));
    return Der.sequence(
        Der.integer(0), Der.sequence(), publicKey, Der.element(ATTRIBUTES, attribute));
  }

  KeyPair keys() {
    return keys;
  }

  String pem() {
    return pem;
  }
}
