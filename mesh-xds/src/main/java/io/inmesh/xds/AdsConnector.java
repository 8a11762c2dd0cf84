package io.inmesh.xds;

import io.inmesh.identity.CertificateAuthority;
import io.inmesh.identity.JoinFile;
import io.inmesh.identity.Pem;
import io.inmesh.identity.SecretStore;
import io.inmesh.loop.ThreadLoop;
import io.inmesh.plane.ConfigPlane;
import io.inmesh.plane.PlaneConnector;
import io.inmesh.plane.PlaneContext;
import io.inmesh.plane.ResourceFormat;
import io.inmesh.xds.ads.AdsOptions;
import io.inmesh.xds.ads.AdsPlane;
import io.inmesh.xds.ads.ResourceMemory;
import io.inmesh.xds.ads.WithEnd;
import io.inmesh.xds.ca.FirstAuthority;
import io.inmesh.xds.ca.IstioCertificateAuthority;
import io.inmesh.xds.codec.Decoder;
import io.inmesh.xds.codec.DecoderOptions;
import io.inmesh.xds.codec.Extensions;
import io.inmesh.xds.grpc.PlaneServer;
import io.inmesh.xds.json.ResourceJson;
import io.inmesh.xds.snapshot.ResourceSnapshot;
import io.inmesh.xds.status.ClientStatusPlane;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reaches control planes over ADS, and their authorities over Istio's protocol. Found by {@link
 * java.util.ServiceLoader}.
 */
public final class AdsConnector implements PlaneConnector {
  private static final Duration SIGNING_TIMEOUT = Duration.ofSeconds(10);

  /**
   * The longest pause is far shorter than xDS's usual 30 s: an instance lives on its stream, and
   * must be back well within one lease after the control plane is.
   */
  private static final AdsOptions.Backoff RECONNECT =
      new AdsOptions.Backoff(Duration.ofMillis(500), Duration.ofSeconds(2));

  private static final int MAX_SNAPSHOT_BYTES = 256 << 20;

  private final InstantSource clock = InstantSource.system();

  /** For {@link java.util.ServiceLoader}. */
  public AdsConnector() {}

  @Override
  public ConfigPlane plane(JoinFile join, Options options) {
    var variant =
        options.variant() == Variant.DELTA
            ? AdsOptions.Variant.DELTA
            : AdsOptions.Variant.STATE_OF_THE_WORLD;
    AdsOptions ads =
        AdsOptions.of(servers(join))
            .with(variant)
            .with(RECONNECT)
            .withInitialFetchTimeout(options.initialFetchTimeout())
            .withLoadReports(options.reports().loads());
    ConfigPlane plane = context -> open(ads, join, options, context);
    return options
        .reports()
        .clientStatus()
        .<ConfigPlane>map(at -> ClientStatusPlane.start(plane, at, clock))
        .orElse(plane);
  }

  /** The memory of a subscription lives as long as it. */
  private ConfigPlane.Session open(
      AdsOptions ads, JoinFile join, Options options, PlaneContext context) {
    var decoder =
        new Decoder(Extensions.enforced(), DecoderOptions.DEFAULT).forStream(options.support());
    if (options.state().isEmpty()) {
      return new AdsPlane(ads, decoder, ResourceMemory.NONE, clock).open(context);
    }
    var writer = new ThreadLoop(AdsConnector::writerThread, System::nanoTime, 0);
    String scope = join.identity() + " at " + join.plane();
    var snapshot = new ResourceSnapshot(options.state().get(), scope, writer, MAX_SNAPSHOT_BYTES);
    var session = new AdsPlane(ads, decoder, snapshot, clock).open(context);
    return new WithEnd(
        session,
        () -> {
          snapshot.close();
          writer.close();
        });
  }

  private static Thread writerThread(Runnable work) {
    Thread thread = new Thread(work, "inmesh-snapshot");
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public CertificateAuthority authority(JoinFile join, SecretStore own) {
    Preparation.begin(join.roots(), own, clock);
    List<CertificateAuthority> authorities = new ArrayList<>();
    for (PlaneServer server : servers(join)) {
      authorities.add(new IstioCertificateAuthority(server, own, clock, SIGNING_TIMEOUT));
    }
    return new FirstAuthority(authorities);
  }

  @Override
  public ResourceFormat format() {
    return new ResourceJson();
  }

  private static PlaneServer[] servers(JoinFile join) {
    var tls = new PlaneServer.Tls(Pem.certificates(join.roots()), true, Optional.of(join::token));
    return join.planes().stream()
        .map(plane -> PlaneServer.of(plane, tls))
        .toArray(PlaneServer[]::new);
  }
}
