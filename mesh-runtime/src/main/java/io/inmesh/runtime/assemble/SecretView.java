package io.inmesh.runtime.assemble;

import io.inmesh.config.Secret;
import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.SecretStore;
import io.inmesh.identity.TrustBundle;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The process's own secrets, and those that the plane sends. Read from any thread; written by the
 * config thread.
 */
public final class SecretView implements SecretStore {
  private final SecretStore own;
  private final Supplier<TrustBundle> platform;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile Map<String, Secret> sent = Map.of();

  /**
   * A view over the process's own secrets, to which none have been sent yet.
   *
   * @param platform the authorities that the Java platform trusts
   */
  public SecretView(SecretStore own, Supplier<TrustBundle> platform) {
    this.own = own;
    this.platform = platform;
    own.onChange(this::tell);
  }

  private void tell() {
    listeners.forEach(Runnable::run);
  }

  private static boolean isOwn(String name) {
    return name.equals(OWN_CERTIFICATE) || name.equals(OWN_ROOTS);
  }

  @Override
  public @Nullable KeyMaterial certificate(String name) {
    Secret secret = isOwn(name) ? null : sent.get(name);
    return secret == null ? own.certificate(name) : secret.certificate().orElse(null);
  }

  @Override
  public @Nullable TrustBundle trust(String name) {
    if (name.equals(Passthrough.PLATFORM_ROOTS)) {
      return platform.get();
    }
    Secret secret = isOwn(name) ? null : sent.get(name);
    return secret == null ? own.trust(name) : secret.authorities().orElse(null);
  }

  @Override
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  /** Takes what the plane sent; null says that a secret is gone. */
  void update(Map<String, @Nullable Secret> changes) {
    if (changes.isEmpty()) {
      return;
    }
    var next = new HashMap<>(sent);
    changes.forEach(
        (name, secret) -> {
          if (secret == null) {
            next.remove(name);
          } else {
            next.put(name, secret);
          }
        });
    sent = Map.copyOf(next);
    tell();
  }
}
