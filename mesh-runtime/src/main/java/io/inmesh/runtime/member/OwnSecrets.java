package io.inmesh.runtime.member;

import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.SecretStore;
import io.inmesh.identity.TrustBundle;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The secrets of an identity that is made a moment later: its authority asks them for a certificate
 * by which to prove who we are.
 */
final class OwnSecrets implements SecretStore {
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile @Nullable SecretStore known;

  void is(SecretStore store) {
    known = store;
    listeners.forEach(store::onChange);
  }

  @Override
  public @Nullable KeyMaterial certificate(String name) {
    SecretStore store = known;
    return store == null ? null : store.certificate(name);
  }

  @Override
  public @Nullable TrustBundle trust(String name) {
    SecretStore store = known;
    return store == null ? null : store.trust(name);
  }

  @Override
  public void onChange(Runnable listener) {
    SecretStore store = known;
    if (store == null) {
      listeners.add(listener);
    } else {
      store.onChange(listener);
    }
  }
}
