package io.inmesh.runtime.filter.jwt;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** How signatures of one key are checked. */
interface Signatures {
  JwtStatus verify(Jwt jwt);

  private static JwtStatus status(boolean good) {
    return good ? JwtStatus.OK : JwtStatus.VERIFICATION_FAIL;
  }

  /** The bits of the hash that an algorithm names; 256 for a name of another family. */
  private static String bits(Jwt jwt, String... families) {
    for (String family : families) {
      if (jwt.alg().startsWith(family)) {
        return jwt.alg().substring(2);
      }
    }
    return "256";
  }

  private static boolean verify(Signature signature, PublicKey key, Jwt jwt, byte[] value)
      throws GeneralSecurityException {
    signature.initVerify(key);
    signature.update(jwt.signed());
    return signature.verify(value);
  }

  /** RSASSA-PKCS1-v1_5 and RSASSA-PSS. */
  record Rsa(PublicKey key) implements Signatures {
    @Override
    public JwtStatus verify(Jwt jwt) {
      String bits = bits(jwt, "RS", "PS");
      try {
        if (jwt.alg().startsWith("RS")) {
          return status(
              Signatures.verify(
                  Signature.getInstance("SHA" + bits + "withRSA"), key, jwt, jwt.signature()));
        }
        if (!jwt.alg().startsWith("PS")) {
          return JwtStatus.VERIFICATION_FAIL;
        }
        Signature signature = Signature.getInstance("RSASSA-PSS");
        String hash = "SHA-" + bits;
        int salt = Integer.parseInt(bits) / 8;
        signature.setParameter(
            new PSSParameterSpec(hash, "MGF1", new MGF1ParameterSpec(hash), salt, 1));
        return status(Signatures.verify(signature, key, jwt, jwt.signature()));
      } catch (GeneralSecurityException bad) {
        return JwtStatus.VERIFICATION_FAIL;
      }
    }
  }

  /** ECDSA; the two halves of the signature are its numbers. */
  record Elliptic(PublicKey key) implements Signatures {
    @Override
    public JwtStatus verify(Jwt jwt) {
      try {
        Signature signature = Signature.getInstance("SHA" + bits(jwt, "ES") + "withECDSA");
        return status(Signatures.verify(signature, key, jwt, der(jwt.signature())));
      } catch (GeneralSecurityException bad) {
        return JwtStatus.VERIFICATION_FAIL;
      }
    }

    private static byte[] der(byte[] halves) throws GeneralSecurityException {
      int half = halves.length / 2;
      if (half == 0 || half > 66) {
        throw new GeneralSecurityException("not the length of a signature");
      }
      byte[] r = new BigInteger(1, Arrays.copyOf(halves, half)).toByteArray();
      byte[] s = new BigInteger(1, Arrays.copyOfRange(halves, half, half * 2)).toByteArray();
      int length = r.length + s.length + 4;
      int head = length < 128 ? 2 : 3;
      byte[] der = new byte[head + length];
      der[0] = 0x30;
      der[1] = (byte) (head == 2 ? length : 0x81);
      der[head - 1] = (byte) length;
      System.arraycopy(integer(r), 0, der, head, r.length + 2);
      System.arraycopy(integer(s), 0, der, head + r.length + 2, s.length + 2);
      return der;
    }

    private static byte[] integer(byte[] bytes) {
      byte[] der = new byte[bytes.length + 2];
      der[0] = 2;
      der[1] = (byte) bytes.length;
      System.arraycopy(bytes, 0, der, 2, bytes.length);
      return der;
    }
  }

  /** HMAC, compared in constant time. */
  @SuppressWarnings("ArrayRecordComponent") // Read where it was made, never compared.
  record Hmac(byte[] secret) implements Signatures {
    @Override
    public JwtStatus verify(Jwt jwt) {
      try {
        Mac mac = Mac.getInstance("HmacSHA" + bits(jwt, "HS"));
        mac.init(new SecretKeySpec(secret, mac.getAlgorithm()));
        return status(MessageDigest.isEqual(mac.doFinal(jwt.signed()), jwt.signature()));
      } catch (GeneralSecurityException bad) {
        return JwtStatus.VERIFICATION_FAIL;
      }
    }
  }

  /** Ed25519. */
  record Edwards(PublicKey key) implements Signatures {
    @Override
    public JwtStatus verify(Jwt jwt) {
      if (jwt.signature().length != 64) {
        return JwtStatus.ED25519_WRONG_LENGTH;
      }
      try {
        return status(
            Signatures.verify(Signature.getInstance("Ed25519"), key, jwt, jwt.signature()));
      } catch (GeneralSecurityException bad) {
        return JwtStatus.VERIFICATION_FAIL;
      }
    }
  }
}
