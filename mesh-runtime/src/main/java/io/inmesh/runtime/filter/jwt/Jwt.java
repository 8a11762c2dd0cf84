package io.inmesh.runtime.filter.jwt;

import io.inmesh.config.Metadata;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A token that was read, not verified.
 *
 * @param payloadText the payload as it stands in the token
 * @param signed what the signature is of
 * @param nbf seconds; 0 for none
 * @param exp seconds; 0 for none
 * @param iat seconds; 0 for none
 */
@SuppressWarnings("ArrayRecordComponent") // Read where they were made, never compared.
record Jwt(
    Map<String, Object> header,
    Map<String, Object> payload,
    String payloadText,
    byte[] signed,
    byte[] signature,
    String alg,
    String kid,
    String iss,
    String sub,
    List<String> audiences,
    long nbf,
    long exp,
    long iat) {
  private static final Set<String> ALGORITHMS =
      Set.of(
          "ES256", "ES384", "ES512", "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256",
          "PS384", "PS512", "EdDSA");
  private static final double TWO_TO_64 = 0x1p64;

  /** Either a token or why it is none. */
  record Read(@Nullable Jwt jwt, JwtStatus status) {}

  private static Read failed(JwtStatus status) {
    return new Read(null, status);
  }

  /** Reads a token. */
  static Read read(String token) {
    String[] sections = sections(token);
    if (sections == null) {
      return failed(JwtStatus.BAD_FORMAT);
    }
    byte[] headerBytes = Base64Url.decode(sections[0]);
    if (headerBytes == null) {
      return failed(JwtStatus.HEADER_BAD_BASE64);
    }
    Map<String, Object> header = JsonObject.read(headerBytes);
    if (header == null) {
      return failed(JwtStatus.HEADER_BAD_JSON);
    }
    JwtStatus wrong = wrongHeader(header);
    if (wrong != JwtStatus.OK) {
      return failed(wrong);
    }
    byte[] payloadBytes = Base64Url.decode(sections[1]);
    if (payloadBytes == null) {
      return failed(JwtStatus.PAYLOAD_BAD_BASE64);
    }
    Map<String, Object> payload = JsonObject.read(payloadBytes);
    if (payload == null) {
      return failed(JwtStatus.PAYLOAD_BAD_JSON);
    }
    wrong = wrongPayload(payload);
    if (wrong != JwtStatus.OK) {
      return failed(wrong);
    }
    byte[] signature = Base64Url.decode(sections[2]);
    return signature == null
        ? failed(JwtStatus.SIGNATURE_BAD_BASE64)
        : new Read(of(sections, header, payload, signature), JwtStatus.OK);
  }

  private static Jwt of(
      String[] sections,
      Map<String, Object> header,
      Map<String, Object> payload,
      byte[] signature) {
    byte[] signed = (sections[0] + "." + sections[1]).getBytes(StandardCharsets.ISO_8859_1);
    return new Jwt(
        header,
        payload,
        sections[1],
        signed,
        signature,
        text(header, "alg"),
        text(header, "kid"),
        text(payload, "iss"),
        text(payload, "sub"),
        audiences(payload),
        seconds(payload, "nbf"),
        seconds(payload, "exp"),
        seconds(payload, "iat"));
  }

  /** Three sections; empty ones do not count, as in Envoy. */
  private static String @Nullable [] sections(String token) {
    var sections = new String[3];
    int count = 0;
    int from = 0;
    while (from <= token.length()) {
      int dot = token.indexOf('.', from);
      int to = dot < 0 ? token.length() : dot;
      if (to > from) {
        if (count == 3) {
          return null;
        }
        sections[count++] = token.substring(from, to);
      }
      from = to + 1;
    }
    return count == 3 ? sections : null;
  }

  private static JwtStatus wrongHeader(Map<String, Object> header) {
    if (!(header.get("alg") instanceof String alg)) {
      return JwtStatus.HEADER_BAD_ALG;
    }
    if (!ALGORITHMS.contains(alg)) {
      return JwtStatus.HEADER_UNKNOWN_ALG;
    }
    return isText(header, "kid") ? JwtStatus.OK : JwtStatus.HEADER_BAD_KID;
  }

  private static JwtStatus wrongPayload(Map<String, Object> payload) {
    if (!isText(payload, "iss")) {
      return JwtStatus.ISS_NOT_STRING;
    }
    if (!isText(payload, "sub")) {
      return JwtStatus.SUB_NOT_STRING;
    }
    JwtStatus wrong =
        wrongTime(payload, "iat", JwtStatus.IAT_NOT_INTEGER, JwtStatus.IAT_OUT_OF_RANGE);
    if (wrong == JwtStatus.OK) {
      wrong = wrongTime(payload, "nbf", JwtStatus.NBF_NOT_INTEGER, JwtStatus.NBF_OUT_OF_RANGE);
    }
    if (wrong == JwtStatus.OK) {
      wrong = wrongTime(payload, "exp", JwtStatus.EXP_NOT_INTEGER, JwtStatus.EXP_OUT_OF_RANGE);
    }
    if (wrong != JwtStatus.OK) {
      return wrong;
    }
    Object audiences = payload.get("aud");
    boolean strings =
        audiences instanceof List<?> list && list.stream().allMatch(one -> one instanceof String);
    if (audiences != null && !(audiences instanceof String) && !strings) {
      return JwtStatus.AUD_NOT_STRING;
    }
    return isText(payload, "jti") ? JwtStatus.OK : JwtStatus.JTI_NOT_STRING;
  }

  private static boolean isText(Map<String, Object> object, String name) {
    Object value = object.get(name);
    return value == null || value instanceof String;
  }

  private static JwtStatus wrongTime(
      Map<String, Object> payload, String name, JwtStatus notInteger, JwtStatus outOfRange) {
    Object value = payload.get(name);
    if (value == null) {
      return JwtStatus.OK;
    }
    if (!(value instanceof Double number)) {
      return notInteger;
    }
    return number >= 0 && number < TWO_TO_64 ? JwtStatus.OK : outOfRange;
  }

  private static String text(Map<String, Object> object, String name) {
    return object.get(name) instanceof String text ? text : "";
  }

  private static long seconds(Map<String, Object> payload, String name) {
    return payload.get(name) instanceof Double number ? number.longValue() : 0;
  }

  private static List<String> audiences(Map<String, Object> payload) {
    Object value = payload.get("aud");
    if (value instanceof String one) {
      return List.of(one);
    }
    return value instanceof List<?> list ? list.stream().map(String::valueOf).toList() : List.of();
  }

  /** A claim by its name, with dots between the names of members; null if there is none. */
  @Nullable Object claim(List<String> path) {
    Object value = payload;
    for (String name : path) {
      value = value instanceof Map<?, ?> members ? members.get(name) : null;
    }
    return value == Metadata.NULL ? null : value;
  }
}
