package io.inmesh.cli.command;

import io.inmesh.cli.load.DaemonThreads;
import io.inmesh.identity.CertificateAuthority;
import io.inmesh.identity.JoinFile;
import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.SecretStore;
import io.inmesh.identity.TrustBundle;
import io.inmesh.loop.ThreadLoop;
import io.inmesh.loop.Timer;
import io.inmesh.runtime.identity.IdentityKeeper;
import io.inmesh.xds.AdsConnector;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

  @Mixin private JoinFileOption join;

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
    JoinFile file = join.read();
    var files = new CertificateFiles(out);
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
      var writer = new Writer(keeper, files, loop);
      keeper.onChange(writer::write);
      try {
        keeper.start().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      } catch (TimeoutException | ExecutionException late) {
        spec.commandLine().getErr().println("inmesh cert: " + keeper.error());
        return 1;
      }
      if (!writer.hasWritten() && !watch) {
        return 1;
      }
      if (watch) {
        new CountDownLatch(1).await();
      }
    }
    return 0;
  }

  /** Writes what the keeper has; again and again if that does not work. Owner: the loop. */
  private final class Writer extends Timer {
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final IdentityKeeper keeper;
    private final CertificateFiles files;
    private final ThreadLoop loop;
    private volatile boolean written;

    Writer(IdentityKeeper keeper, CertificateFiles files, ThreadLoop loop) {
      this.keeper = keeper;
      this.files = files;
      this.loop = loop;
    }

    boolean hasWritten() {
      return written;
    }

    @Override
    protected void onTimer() {
      write();
    }

    void write() {
      disarm();
      KeyMaterial material = keeper.current().orElseThrow();
      try {
        files.write(material, keeper.trust(SecretStore.OWN_ROOTS));
        written = true;
        PrintWriter console = spec.commandLine().getOut();
        console.println(material + " in " + out);
        console.flush();
      } catch (IOException | UncheckedIOException | IllegalStateException failed) {
        PrintWriter errors = spec.commandLine().getErr();
        errors.println("inmesh cert: the certificate was not written: " + failed.getMessage());
        errors.flush();
        // The renewal that called must go on: the next certificate is needed as well.
        loop.arm(this, loop.nanoTime() + PAUSE.toNanos());
      }
    }
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
