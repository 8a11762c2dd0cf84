package io.inmesh.runtime.filter.jwt;

import io.inmesh.runtime.stage.FilteredCall;
import org.jspecify.annotations.Nullable;

/** Where the keys of a provider come from. */
interface KeySource {
  /** Whether {@link #await} has something to wait for. */
  boolean isPending(FilteredCall call);

  /** Calls back on the call's loop when the keys are there, or are known not to come. */
  void await(FilteredCall call, Runnable ready);

  /** The keys of now, or null. */
  @Nullable Jwks keys();

  /** Why there are no keys. */
  JwtStatus problem();

  /** Keys in the config. */
  record Local(@Nullable Jwks keys) implements KeySource {
    @Override
    public boolean isPending(FilteredCall call) {
      return false;
    }

    @Override
    public void await(FilteredCall call, Runnable ready) {
      ready.run();
    }

    @Override
    public JwtStatus problem() {
      return JwtStatus.NO_VALID_KEYS;
    }
  }
}
