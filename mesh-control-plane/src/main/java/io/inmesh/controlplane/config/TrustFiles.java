package io.inmesh.controlplane.config;

import io.inmesh.config.Secret;
import io.inmesh.controlplane.config.model.DestinationRule;
import io.inmesh.controlplane.config.model.MeshBuilder;
import io.inmesh.controlplane.config.model.MeshModel.RawResource;
import io.inmesh.controlplane.config.model.TrafficPolicy;
import io.inmesh.controlplane.config.model.TrafficPolicy.ClientTls;
import io.inmesh.controlplane.config.model.TrafficPolicy.Mode;
import io.inmesh.controlplane.config.problem.Problems;
import io.inmesh.identity.Pem;
import io.inmesh.identity.TrustBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Makes secrets of the authorities that rules name by file, so that clients can fetch them: {@code
 * file-root:PATH}, and {@code file-root:system} for those of this Java installation.
 */
final class TrustFiles {
  private static final String SYSTEM = "system";

  private final MeshBuilder mesh;
  private final Problems problems;
  private final Set<String> done = new HashSet<>();

  TrustFiles(MeshBuilder mesh, Problems problems) {
    this.mesh = mesh;
    this.problems = problems;
  }

  void load() {
    for (DestinationRule rule : mesh.destinationRules()) {
      Stream.concat(
              Stream.of(rule.policy()), rule.subsets().stream().map(DestinationRule.Subset::policy))
          .flatMap(policy -> Stream.concat(Stream.of(policy), policy.ports().values().stream()))
          .map(TrafficPolicy::tls)
          .flatMap(Optional::stream)
          .forEach(tls -> load(rule, tls));
    }
  }

  private void load(DestinationRule rule, ClientTls tls) {
    boolean files = tls.mode() == Mode.SIMPLE || tls.mode() == Mode.MUTUAL;
    if (!tls.credential().isEmpty()) {
      problems.warn(
          rule.origin().position(),
          "the secrets kubernetes://"
              + tls.credential()
              + " and kubernetes://"
              + tls.credential()
              + "-cacert must stand in an xDS file");
      return;
    }
    if (tls.mode() == Mode.MUTUAL) {
      problems.warn(
          rule.origin().position(),
          "keys are not sent to clients: they must know the certificate "
              + tls.certificate()
              + " by themselves");
    }
    String file = tls.authorities().isEmpty() ? SYSTEM : tls.authorities();
    if (files && !tls.skipVerify() && done.add(file)) {
      try {
        add(rule, file, file.equals(SYSTEM) ? system() : certificates(file));
      } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
        problems.warn(
            rule.origin().position(),
            "the authorities "
                + file
                + " cannot be read here, so that clients must know them by themselves: "
                + e);
      }
    }
  }

  private void add(DestinationRule rule, String file, List<X509Certificate> authorities) {
    var secret =
        new Secret(
            "file-root:" + file,
            Optional.empty(),
            Optional.of(new TrustBundle(Map.of("", authorities))),
            Optional.empty());
    mesh.add(new RawResource(rule.origin(), secret));
  }

  private static List<X509Certificate> certificates(String file) throws IOException {
    List<X509Certificate> certificates = Pem.certificates(Files.readString(Path.of(file)));
    if (certificates.isEmpty()) {
      throw new IllegalArgumentException("it holds no certificate");
    }
    return certificates;
  }

  private static List<X509Certificate> system() throws GeneralSecurityException {
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    @Nullable KeyStore installed = null;
    factory.init(installed);
    var all = new ArrayList<X509Certificate>();
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509TrustManager x509) {
        all.addAll(List.of(x509.getAcceptedIssuers()));
      }
    }
    return all;
  }
}
