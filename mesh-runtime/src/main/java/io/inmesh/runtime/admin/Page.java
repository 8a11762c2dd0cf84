package io.inmesh.runtime.admin;

/** An answer of the admin endpoint. */
record Page(int status, String type, String body) {
  static Page text(int status, String body) {
    return new Page(status, "text/plain", body);
  }

  static Page json(Object value) {
    return new Page(200, "application/json", JsonText.lines(value) + "\n");
  }
}
