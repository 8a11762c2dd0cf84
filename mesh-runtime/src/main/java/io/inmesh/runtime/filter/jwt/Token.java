package io.inmesh.runtime.filter.jwt;

import io.inmesh.runtime.stage.FilteredCall;

/** A token as it was found in a request. */
record Token(String text, Place place) {
  /** Where tokens stand. */
  interface Place {
    /** Whether a token of that issuer may stand here. */
    boolean allows(String issuer);

    /** Takes the token out of the request. */
    void remove(FilteredCall call);
  }
}
