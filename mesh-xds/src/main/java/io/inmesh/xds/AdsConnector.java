package io.inmesh.xds;

import io.inmesh.identity.CertificateAuthority;
import io.inmesh.identity.JoinFile;
import io.inmesh.identity.Pem;
import io.inmesh.identity.SecretStore;
import io.inmesh.plane.ConfigPlane;
import io.inmesh.plane.PlaneConnector;
import io.inmesh.xds.ads.AdsOptions;
import io.inmesh.xds.ads.AdsPlane;
import io.inmesh.xds.ads.ResourceMemory;
import io.inmesh.xds.ca.IstioCertificateAuthority;
import io.inmesh.xds.grpc.PlaneServer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Reaches control planes over ADS, and their authorities over Istio's protocol. Found by {@link
 * java.util.ServiceLoader}.
 */
public final class AdsConnector implements PlaneConnector {
  private static final Duration SIGNING_TIMEOUT = Duration.ofSeconds(10);

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
        AdsOptions.of(server(join))
            .with(variant)
            .withInitialFetchTimeout(options.initialFetchTimeout());
    return new AdsPlane(ads, new CodecDecoder(), memory(options), clock);
  }

  private static ResourceMemory memory(Options options) {
    return ResourceMemory.NONE;
  }

  @Override
  public CertificateAuthority authority(JoinFile join, SecretStore own) {
    return new IstioCertificateAuthority(server(join), own, clock, SIGNING_TIMEOUT);
  }

  private static PlaneServer server(JoinFile join) {
    var tls = new PlaneServer.Tls(Pem.certificates(join.roots()), true, Optional.of(join::token));
    return PlaneServer.of(join.plane(), tls);
  }
}
