package io.inmesh.runtime.format;

import io.inmesh.call.Headers;

/** A call whose request may be changed. Implemented by the call itself, and by a mirror's copy. */
public interface RequestEdit extends CallFacts {
  /** The request headers, to write to. */
  Headers editHeaders();

  /** Replaces the scheme. */
  void scheme(String value);

  /** Replaces the authority. */
  void authority(String value);

  /** Replaces path and query. */
  void path(String value);

  /** What {@link Preparation} found out about the caller. */
  void caller(String address, boolean internal);
}
