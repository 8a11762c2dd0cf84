package io.inmesh.testkit.pki;

import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.SecretStore;
import io.inmesh.identity.TrustBundle;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Secrets that a test changes at will. Safe for use by many threads. */
public final class TestSecrets implements SecretStore {
  private final Map<String, KeyMaterial> certificates = new ConcurrentHashMap<>();
  private final Map<String, TrustBundle> trust = new ConcurrentHashMap<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  /** No secrets at all. */
  public TestSecrets() {}

  /** A process's own identity and roots. */
  public TestSecrets(KeyMaterial own, TrustBundle roots) {
    certificates.put(OWN_CERTIFICATE, own);
    trust.put(OWN_ROOTS, roots);
  }

  /** Sets or replaces a certificate. */
  public void certificate(String name, KeyMaterial value) {
    certificates.put(name, value);
    listeners.forEach(Runnable::run);
  }

  /** Sets or replaces roots. */
  public void trust(String name, TrustBundle value) {
    trust.put(name, value);
    listeners.forEach(Runnable::run);
  }

  @Override
  public @Nullable KeyMaterial certificate(String name) {
    return certificates.get(name);
  }

  @Override
  public @Nullable TrustBundle trust(String name) {
    return trust.get(name);
  }

  @Override
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }
}
