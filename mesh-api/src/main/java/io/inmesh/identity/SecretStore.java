package io.inmesh.identity;

import org.jspecify.annotations.Nullable;

/**
 * The secrets of now, by the names that config uses for them. Asked at each handshake, from any
 * thread, without locks. An answer stays the same object until the secret changes, so that what is
 * derived from it can be kept.
 */
public interface SecretStore {
  /** The name of the process's own certificate, as Istio calls it. */
  String OWN_CERTIFICATE = "default";

  /** The name of the roots that the process's own authority gave, as Istio calls them. */
  String OWN_ROOTS = "ROOTCA";

  /** A certificate with its key, or null if it has not arrived. */
  @Nullable KeyMaterial certificate(String name);

  /** Trusted authorities, or null if they have not arrived. */
  @Nullable TrustBundle trust(String name);

  /** Runs {@code listener} after each change, on any thread. */
  void onChange(Runnable listener);
}
