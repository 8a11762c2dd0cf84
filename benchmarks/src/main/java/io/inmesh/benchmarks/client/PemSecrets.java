package io.inmesh.benchmarks.client;

import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.Pem;
import io.inmesh.identity.SecretStore;
import io.inmesh.identity.TrustBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An identity in files, as {@code inmesh cert} writes it. */
final class PemSecrets implements SecretStore {
  private final KeyMaterial own;
  private final TrustBundle roots;

  PemSecrets(Path directory, String trustDomain) throws IOException {
    own =
        new KeyMaterial(
            Pem.certificates(Files.readString(directory.resolve("cert-chain.pem"))),
            Pem.privateKey(Files.readString(directory.resolve("key.pem"))),
            Instant.EPOCH);
    roots =
        new TrustBundle(
            Map.of(
                trustDomain,
                List.copyOf(
                    Pem.certificates(Files.readString(directory.resolve("root-cert.pem"))))));
  }

  @Override
  public @Nullable KeyMaterial certificate(String name) {
    return name.equals(OWN_CERTIFICATE) ? own : null;
  }

  @Override
  public @Nullable TrustBundle trust(String name) {
    return name.equals(OWN_ROOTS) ? roots : null;
  }

  @Override
  public void onChange(Runnable listener) {}
}
