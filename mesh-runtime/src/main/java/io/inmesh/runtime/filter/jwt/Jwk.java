package io.inmesh.runtime.filter.jwt;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.KeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One key. Its type decides how signatures are checked, the token's alg which hash is used. */
final class Jwk {
  private static final Map<String, String> CURVES =
      Map.of("P-256", "secp256r1", "P-384", "secp384r1", "P-521", "secp521r1");
  private static final Map<String, String> CURVE_ALGORITHMS =
      Map.of("P-256", "ES256", "P-384", "ES384", "P-521", "ES512");

  private final String kid;
  private final String alg;
  private final Signatures signatures;

  private Jwk(Map<?, ?> fields, Signatures signatures) {
    this.kid = text(fields, "kid");
    this.alg = text(fields, "alg");
    this.signatures = signatures;
  }

  /** The key; null if it cannot be used. */
  static @Nullable Jwk read(Map<?, ?> fields) {
    boolean texts = isText(fields, "kty") && isText(fields, "kid") && isText(fields, "alg");
    if (!texts || !fields.containsKey("kty")) {
      return null;
    }
    try {
      Signatures signatures = signatures(fields);
      return signatures == null ? null : new Jwk(fields, signatures);
    } catch (GeneralSecurityException | IllegalArgumentException unusable) {
      return null;
    }
  }

  private static boolean isText(Map<?, ?> fields, String name) {
    Object value = fields.get(name);
    return value == null || value instanceof String;
  }

  private static String text(Map<?, ?> fields, String name) {
    return fields.get(name) instanceof String text ? text : "";
  }

  private static @Nullable Signatures signatures(Map<?, ?> fields) throws GeneralSecurityException {
    String alg = text(fields, "alg");
    switch (text(fields, "kty")) {
      case "RSA":
        return alg.isEmpty() || alg.startsWith("RS") || alg.startsWith("PS")
            ? new Signatures.Rsa(
                key("RSA", new RSAPublicKeySpec(number(fields, "n"), number(fields, "e"))))
            : null;
      case "EC":
        return elliptic(fields, alg);
      case "oct":
        byte[] secret = bytes(fields, "k");
        return (alg.isEmpty() || alg.startsWith("HS")) && secret.length > 0
            ? new Signatures.Hmac(secret)
            : null;
      case "OKP":
        return text(fields, "crv").equals("Ed25519") && (alg.isEmpty() || alg.equals("EdDSA"))
            ? new Signatures.Edwards(edwards(bytes(fields, "x")))
            : null;
      default:
        return null;
    }
  }

  private static @Nullable Signatures elliptic(Map<?, ?> fields, String alg)
      throws GeneralSecurityException {
    String curve = text(fields, "crv").isEmpty() ? "P-256" : text(fields, "crv");
    if (!CURVES.containsKey(curve) || !(alg.isEmpty() || alg.equals(CURVE_ALGORITHMS.get(curve)))) {
      return null;
    }
    var parameters = AlgorithmParameters.getInstance("EC");
    parameters.init(new ECGenParameterSpec(CURVES.get(curve)));
    ECParameterSpec spec = parameters.getParameterSpec(ECParameterSpec.class);
    var point = new ECPoint(number(fields, "x"), number(fields, "y"));
    return new Signatures.Elliptic(key("EC", new ECPublicKeySpec(point, spec)));
  }

  private static PublicKey edwards(byte[] bytes) throws GeneralSecurityException {
    if (bytes.length != 32) {
      throw new IllegalArgumentException("a key of 32 bytes is needed");
    }
    byte[] bigEndian = new byte[32];
    for (int i = 0; i < 32; i++) {
      bigEndian[i] = bytes[31 - i];
    }
    boolean odd = (bigEndian[0] & 0x80) != 0;
    bigEndian[0] &= 0x7f;
    var point = new EdECPoint(odd, new BigInteger(1, bigEndian));
    return key("Ed25519", new EdECPublicKeySpec(NamedParameterSpec.ED25519, point));
  }

  private static PublicKey key(String algorithm, KeySpec spec) throws GeneralSecurityException {
    return KeyFactory.getInstance(algorithm).generatePublic(spec);
  }

  private static BigInteger number(Map<?, ?> fields, String name) {
    return new BigInteger(1, bytes(fields, name));
  }

  private static byte[] bytes(Map<?, ?> fields, String name) {
    byte[] bytes = Base64Url.decode(text(fields, name));
    if (bytes == null || bytes.length == 0) {
      throw new IllegalArgumentException(name + " is missing");
    }
    return Arrays.copyOf(bytes, bytes.length);
  }

  /** Whether the token may be signed with it. */
  boolean fits(Jwt jwt) {
    return (jwt.kid().isEmpty() || kid.isEmpty() || kid.equals(jwt.kid()))
        && (alg.isEmpty() || alg.equals(jwt.alg()));
  }

  JwtStatus verify(Jwt jwt) {
    return signatures.verify(jwt);
  }
}
