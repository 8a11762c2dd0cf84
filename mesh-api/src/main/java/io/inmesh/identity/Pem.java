package io.inmesh.identity;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** PEM text (RFC 7468) for certificates and private keys. */
public final class Pem {
  private static final String BEGIN = "-----BEGIN ";
  private static final String END = "-----END ";
  private static final String DASHES = "-----";
  private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

  private Pem() {}

  /** One block. */
  public static final class Block {
    private final String label;
    private final byte[] bytes;

    private Block(String label, byte[] bytes) {
      this.label = label;
      this.bytes = bytes;
    }

    /** What it says it is, for instance {@code CERTIFICATE}. */
    public String label() {
      return label;
    }

    /** The DER bytes; the caller's own. */
    public byte[] bytes() {
      return bytes.clone();
    }
  }

  /**
   * All blocks of a text, in order; text between them is passed over.
   *
   * @throws IllegalArgumentException if a block does not end, or is not base64
   */
  public static List<Block> blocks(String text) {
    var blocks = new ArrayList<Block>();
    int begin = text.indexOf(BEGIN);
    while (begin >= 0) {
      int labelEnd = text.indexOf(DASHES, begin + BEGIN.length());
      String label = labelEnd < 0 ? "" : text.substring(begin + BEGIN.length(), labelEnd);
      int end = labelEnd < 0 ? -1 : text.indexOf(END + label + DASHES, labelEnd);
      if (end < 0) {
        throw new IllegalArgumentException("a PEM block does not end");
      }
      String body = text.substring(labelEnd + DASHES.length(), end);
      blocks.add(new Block(label, Base64.getMimeDecoder().decode(body)));
      begin = text.indexOf(BEGIN, end);
    }
    return blocks;
  }

  /**
   * All certificates of a text, in order; other blocks are passed over.
   *
   * @throws IllegalArgumentException if one is malformed
   */
  public static List<X509Certificate> certificates(String text) {
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      var certificates = new ArrayList<X509Certificate>();
      for (Block block : blocks(text)) {
        if (block.label().equals("CERTIFICATE")) {
          certificates.add(
              (X509Certificate)
                  factory.generateCertificate(new ByteArrayInputStream(block.bytes())));
        }
      }
      return certificates;
    } catch (CertificateException malformed) {
      throw new IllegalArgumentException("not a certificate: " + malformed.getMessage(), malformed);
    }
  }

  /**
   * The first private key of a text: PKCS#8, or the older EC and RSA forms.
   *
   * @throws IllegalArgumentException if there is none, or it cannot be read; the message holds
   *     nothing of the key
   */
  public static PrivateKey privateKey(String text) {
    for (Block block : blocks(text)) {
      switch (block.label()) {
        case "PRIVATE KEY":
          return pkcs8(block.bytes());
        case "EC PRIVATE KEY":
          return pkcs8(OlderKeys.ec(block.bytes()));
        case "RSA PRIVATE KEY":
          return pkcs8(OlderKeys.rsa(block.bytes()));
        default:
          break;
      }
    }
    throw new IllegalArgumentException("no unencrypted private key");
  }

  private static PrivateKey pkcs8(byte[] bytes) {
    var spec = new PKCS8EncodedKeySpec(bytes);
    for (String algorithm : List.of("EC", "RSA", "EdDSA")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (InvalidKeySpecException another) {
        // The next one may read it.
      } catch (GeneralSecurityException missing) {
        throw new IllegalStateException(missing);
      }
    }
    throw new IllegalArgumentException("a private key of an unknown kind");
  }

  /** Certificates as text. */
  public static String ofCertificates(List<X509Certificate> certificates) {
    var text = new StringBuilder();
    for (X509Certificate certificate : certificates) {
      try {
        text.append(block("CERTIFICATE", certificate.getEncoded()));
      } catch (CertificateEncodingException impossible) {
        throw new IllegalArgumentException(impossible);
      }
    }
    return text.toString();
  }

  /** A private key as text, in PKCS#8. */
  public static String ofPrivateKey(PrivateKey key) {
    return block("PRIVATE KEY", key.getEncoded());
  }

  /** Any block as text. */
  public static String block(String label, byte[] bytes) {
    return BEGIN
        + label
        + DASHES
        + "\n"
        + new String(LINES.encode(bytes), StandardCharsets.US_ASCII)
        + "\n"
        + END
        + label
        + DASHES
        + "\n";
  }
}
