package io.inmesh.cli.command;

import io.inmesh.cli.load.DaemonThreads;
import io.inmesh.identity.CertificateAuthority;
import io.inmesh.identity.JoinFile;
import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.Pem;
import io.inmesh.identity.SecretStore;
import io.inmesh.identity.TrustBundle;
import io.inmesh.loop.ThreadLoop;
import io.inmesh.runtime.identity.IdentityKeeper;
import io.inmesh.state.StateDirectory;
import io.inmesh.xds.AdsConnector;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code inmesh cert}: a certificate in files, for a peer that is not a JVM. */
@Command(
    name = "cert",
    description = "Has a certificate issued into files: key.pem, cert-chain.pem, root-cert.pem.",
    mixinStandardHelpOptions = true)
public final class CertCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Spec private CommandSpec spec;

  @Option(
      names = "--join",
      required = true,
      paramLabel = "FILE",
      description = "Join file of the service.")
  private Path join;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Where the files go; made if needed, mode 0700.")
  private Path out;

  @Option(
      names = "--life",
      defaultValue = "24h",
      converter = Durations.class,
      description = "How long it should be valid (default: ${DEFAULT-VALUE}).")
  private Duration life;

  @Option(names = "--watch", description = "Keep running and renew it.")
  private boolean watch;

  @Override
  public Integer call() throws Exception {
    JoinFile file = JoinFile.parse(Files.readString(join));
    var directory = new StateDirectory(out);
    PrintWriter console = spec.commandLine().getOut();
    var random = new SecureRandom();
    var own = new Own();
    try (var loop =
            new ThreadLoop(new DaemonThreads("inmesh-cert"), System::nanoTime, random.nextLong());
        CertificateAuthority authority = new AdsConnector().authority(file, own);
        var keeper =
            new IdentityKeeper(
                new IdentityKeeper.Settings(file.identity(), life, false),
                authority,
                Optional.empty(),
                loop,
                InstantSource.system(),
                random)) {
      own.keeper = keeper;
      keeper.onChange(() -> write(keeper, directory, console));
      try {
        keeper.start().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      } catch (TimeoutException | ExecutionException late) {
        spec.commandLine().getErr().println("inmesh cert: " + keeper.error());
        return 1;
      }
      if (watch) {
        new CountDownLatch(1).await();
      }
    }
    return 0;
  }

  private static void write(IdentityKeeper keeper, StateDirectory directory, PrintWriter console) {
    KeyMaterial material = keeper.current().orElseThrow();
    TrustBundle trust = keeper.trust(SecretStore.OWN_ROOTS);
    List<X509Certificate> roots = new ArrayList<>();
    if (trust != null) {
      trust.authorities().values().forEach(roots::addAll);
    }
    directory.write("key.pem", ascii(Pem.ofPrivateKey(material.key())));
    directory.write("cert-chain.pem", ascii(Pem.ofCertificates(material.chain())));
    directory.write("root-cert.pem", ascii(Pem.ofCertificates(roots)));
    console.println(material + " in " + directory.path());
    console.flush();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * The keeper's own secrets, once there is a keeper: renewals prove the identity by the
   * certificate of now.
   */
  private static final class Own implements SecretStore {
    private volatile @Nullable IdentityKeeper keeper;

    @Override
    public @Nullable KeyMaterial certificate(String name) {
      IdentityKeeper known = keeper;
      return known == null ? null : known.certificate(name);
    }

    @Override
    public @Nullable TrustBundle trust(String name) {
      IdentityKeeper known = keeper;
      return known == null ? null : known.trust(name);
    }

    @Override
    public void onChange(Runnable listener) {}
  }
}
