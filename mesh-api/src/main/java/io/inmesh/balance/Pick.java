package io.inmesh.balance;

import org.jspecify.annotations.Nullable;

/** A host, or why there is none. The host is its own pick, so that choosing allocates nothing. */
public sealed interface Pick permits Host, Pick.None {
  /** Null when there is none. */
  @Nullable Host host();

  /** Null when there is a host. */
  @Nullable None none();

  /** Why there is no host. */
  enum None implements Pick {
    /** The cluster has no hosts at all. */
    NO_HOSTS,
    /** It has hosts, but none may be used. */
    NO_HEALTHY_HOST,
    /** No subset matches the route's metadata. */
    NO_SUBSET;

    @Override
    public @Nullable Host host() {
      return null;
    }

    @Override
    public None none() {
      return this;
    }
  }
}
