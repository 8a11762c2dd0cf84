package io.inmesh.controlplane.config;

import io.inmesh.config.Secret;
import io.inmesh.controlplane.config.model.DestinationRule;
import io.inmesh.controlplane.config.model.MeshBuilder;
import io.inmesh.controlplane.config.model.MeshModel.RawResource;
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
  private final Path base;
  private final Set<String> done = new HashSet<>();
  private final List<ConfigFile> read = new ArrayList<>();

  /**
   * Of the rules of a mesh.
   *
   * @param base where relative paths begin
   */
  TrustFiles(MeshBuilder mesh, Problems problems, Path base) {
    this.mesh = mesh;
    this.problems = problems;
    this.base = base;
  }

  /**
   * Makes the secrets; answers the files that were looked for, without text where there is none.
   */
  List<ConfigFile> load() {
    for (DestinationRule rule : mesh.destinationRules()) {
      rule.allTls().forEach(tls -> load(rule, tls));
    }
    return read;
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
        if (file.equals(SYSTEM)) {
          add(rule, file, system());
        } else {
          read(rule, file);
        }
      } catch (GeneralSecurityException | IllegalArgumentException e) {
        problems.error(
            rule.origin().position(), "the authorities " + file + " are no use: " + e.getMessage());
      }
    }
  }

  private void read(DestinationRule rule, String file) {
    Path path = base.resolve(file);
    String text = "";
    try {
      if (Files.exists(path)) {
        text = ConfigFiles.text(path);
        add(rule, file, certificates(text));
      } else {
        problems.warn(
            rule.origin().position(),
            "there are no authorities at " + path + " here: clients must know them by themselves");
      }
    } catch (IOException e) {
      problems.error(rule.origin().position(), "the authorities " + path + " cannot be read: " + e);
    }
    read.add(new ConfigFile(path.toString(), text));
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

  private static List<X509Certificate> certificates(String text) {
    List<X509Certificate> certificates = Pem.certificates(text);
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
