package io.inmesh.runtime.filter.jwt;

/** What came of a token, in Envoy's words. */
enum JwtStatus {
  OK(""),
  MISSED("Jwt is missing"),
  NOT_YET_VALID("Jwt not yet valid"),
  EXPIRED("Jwt is expired"),
  BAD_FORMAT("Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections"),
  HEADER_BAD_BASE64("Jwt header is an invalid Base64url encoded"),
  HEADER_BAD_JSON("Jwt header is an invalid JSON"),
  HEADER_BAD_ALG("Jwt header [alg] field is required and must be a string"),
  HEADER_UNKNOWN_ALG("Jwt header [alg] is not supported"),
  HEADER_BAD_KID("Jwt header [kid] field is not a string"),
  PAYLOAD_BAD_BASE64("Jwt payload is an invalid Base64url encoded"),
  PAYLOAD_BAD_JSON("Jwt payload is an invalid JSON"),
  ISS_NOT_STRING("Jwt payload [iss] field is not a string"),
  SUB_NOT_STRING("Jwt payload [sub] field is not a string"),
  IAT_NOT_INTEGER("Jwt payload [iat] field is not an integer"),
  IAT_OUT_OF_RANGE("Jwt payload [iat] field is not a positive 64 bit integer"),
  NBF_NOT_INTEGER("Jwt payload [nbf] field is not an integer"),
  NBF_OUT_OF_RANGE("Jwt payload [nbf] field is not a positive 64 bit integer"),
  EXP_NOT_INTEGER("Jwt payload [exp] field is not an integer"),
  EXP_OUT_OF_RANGE("Jwt payload [exp] field is not a positive 64 bit integer"),
  JTI_NOT_STRING("Jwt payload [jti] field is not a string"),
  AUD_NOT_STRING("Jwt payload [aud] field is not a string or string list"),
  SIGNATURE_BAD_BASE64("Jwt signature is an invalid Base64url encoded"),
  ED25519_WRONG_LENGTH("Jwt ED25519 signature is wrong length"),
  VERIFICATION_FAIL("Jwt verification fails"),
  UNKNOWN_ISSUER("Jwt issuer is not configured"),
  AUDIENCE_NOT_ALLOWED("Audiences in Jwt are not allowed"),
  NO_FITTING_KEY("Jwks doesn't have key to match kid or alg from Jwt"),
  NO_VALID_KEYS("Jwks doesn't have any valid public key"),
  FETCH_FAILED("Jwks remote fetch is failed");

  private final String text;
  private final String details;

  JwtStatus(String text) {
    this.text = text;
    this.details = details(text);
  }

  String text() {
    return text;
  }

  String details() {
    return details;
  }

  /** The details of a refusal for that reason. */
  static String details(String reason) {
    return "jwt_authn_access_denied{" + reason.replaceAll("\\s", "_") + "}";
  }
}
