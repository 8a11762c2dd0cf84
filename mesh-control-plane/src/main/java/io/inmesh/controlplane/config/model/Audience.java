package io.inmesh.controlplane.config.model;

import io.inmesh.identity.SpiffeId;
import java.util.Optional;
import java.util.Set;

/**
 * Who may have a resource.
 *
 * @param everybody whether all may, also those who have proved nothing
 * @param accounts else only callers that have proved to be one of these: {@code NAMESPACE/ACCOUNT},
 *     or {@code NAMESPACE/*}
 */
public record Audience(boolean everybody, Set<String> accounts) {
  /** All. */
  public static final Audience EVERYBODY = new Audience(true, Set.of());

  public Audience {
    accounts = Set.copyOf(accounts);
  }

  /** Only callers that have proved to be one of these. */
  public static Audience only(Set<String> accounts) {
    return new Audience(false, accounts);
  }

  /** Whether a caller is among them; it has proved nothing if its identity is empty. */
  public boolean admits(Optional<SpiffeId> caller) {
    return everybody || caller.filter(this::names).isPresent();
  }

  private boolean names(SpiffeId caller) {
    Optional<String> namespace = caller.namespace();
    return namespace.isPresent()
        && (accounts.contains(namespace.get() + "/*")
            || accounts.stream()
                .anyMatch(account -> caller.path().equals("/ns/" + account.replace("/", "/sa/"))));
  }
}
