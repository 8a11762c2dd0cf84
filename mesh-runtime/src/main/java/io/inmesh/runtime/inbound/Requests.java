package io.inmesh.runtime.inbound;

import io.inmesh.call.Headers;

/** What a request from outside must not say. */
final class Requests {
  private Requests() {}

  /** Without what only a mesh may say of an identity; frozen. */
  static Headers clean(Headers headers) {
    return headers.remove("x-forwarded-client-cert").freeze();
  }
}
