package io.inmesh.runtime.member;

import io.inmesh.config.Address;
import io.inmesh.config.Locality;
import io.inmesh.identity.JoinFile;
import io.inmesh.plane.PlaneConnector;
import io.inmesh.plane.Support;
import io.inmesh.runtime.observe.Telemetry;
import io.inmesh.server.SecurityListener;
import io.inmesh.state.StateDirectory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** How a process joins; everything has a default but the join file. */
public final class MemberBuilder {
  final JoinFile file;
  int threads = Math.max(1, Runtime.getRuntime().availableProcessors());
  @Nullable StateDirectory state;
  boolean persist = true;
  Duration certificateLife = Duration.ofHours(24);
  PlaneConnector.Variant variant = PlaneConnector.Variant.DELTA;
  @Nullable PlaneConnector connector;
  @Nullable Address admin;
  Support support = Support.DEFAULT;
  Locality locality = Locality.NONE;
  SecurityListener security = SecurityListener.NONE;
  Telemetry telemetry = Telemetry.NONE;
  boolean loadReports;
  boolean holdEmptyUpdates = true;
  String[] runtimeLayers = {};
  Duration patience = Duration.ofMillis(200);
  Duration drainNotice = Duration.ofMillis(300);
  @Nullable Address clientStatus;

  MemberBuilder(JoinFile file) {
    this.file = file;
  }

  /** How many event loops; one per core by default. */
  public MemberBuilder threads(int value) {
    threads = value;
    return this;
  }

  /**
   * Where the last good config and the identity are kept, so that a restart serves without the
   * control plane; nowhere by default.
   */
  public MemberBuilder stateDirectory(Path value) {
    state = new StateDirectory(value);
    return this;
  }

  /** Whether key and certificate are kept in the state directory; they are by default. */
  public MemberBuilder persistIdentity(boolean value) {
    persist = value;
    return this;
  }

  /** How long certificates should live; 24 hours by default. The authority may shorten it. */
  public MemberBuilder certificateLife(Duration value) {
    certificateLife = value;
    return this;
  }

  /** Which form of ADS is spoken; delta by default. */
  public MemberBuilder variant(PlaneConnector.Variant value) {
    variant = value;
    return this;
  }

  /** Who hears of requests that were refused; they are logged in any case. */
  public MemberBuilder securityListener(SecurityListener value) {
    security = value;
    return this;
  }

  /** Who reaches the control plane; found by {@link ServiceLoader} by default. */
  public MemberBuilder connector(PlaneConnector value) {
    connector = value;
    return this;
  }

  /** What becomes of resources that are not honoured in full; used with a warning by default. */
  public MemberBuilder support(Support value) {
    support = value;
    return this;
  }

  /**
   * Where the admin endpoint listens; nowhere by default. Whoever reaches it sees all config but no
   * secrets, so it should be a loopback address. Port 0 for any.
   */
  public MemberBuilder admin(Address value) {
    admin = value;
    return this;
  }

  /**
   * Where the process runs: what it registers stands there, and hosts nearby are preferred where
   * config says so. Nowhere by default.
   */
  public MemberBuilder locality(Locality value) {
    locality = value;
    return this;
  }

  /** What is told of calls, and to whom; nothing by default. */
  public MemberBuilder telemetry(Telemetry value) {
    telemetry = value;
    return this;
  }

  /**
   * Whether the control plane is told of load per cluster and locality, where it asks for it; it is
   * not by default. Source: envoy.service.load_stats.v3.
   */
  public MemberBuilder loadReports(boolean value) {
    loadReports = value;
    return this;
  }

  /**
   * Whether what the control plane takes away suddenly is kept as long as its hosts answer; it is
   * by default. See {@link io.inmesh.runtime.MeshBuilder#holdEmptyUpdates}.
   */
  public MemberBuilder holdEmptyUpdates(boolean value) {
    holdEmptyUpdates = value;
    return this;
  }

  /** Layers of run-time values that the plane is asked for; later ones count more. */
  public MemberBuilder runtimeLayers(String... names) {
    runtimeLayers = names.clone();
    return this;
  }

  /** How long a call waits for the plane's answer about a new destination; 200 ms by default. */
  public MemberBuilder patience(Duration value) {
    patience = value;
    return this;
  }

  /**
   * How long an instance that says goodbye still takes calls, so that none is refused while the
   * word spreads; 300 ms by default. Large meshes, whose control plane collects changes for a
   * second or two, want more.
   */
  public MemberBuilder drainNotice(Duration value) {
    drainNotice = value;
    return this;
  }

  /**
   * The loopback address where operators may ask for the state of each resource over gRPC; nowhere
   * by default. Source: envoy.service.status.v3 (CSDS).
   */
  public MemberBuilder clientStatus(Address value) {
    clientStatus = value;
    return this;
  }

  PlaneConnector connector() {
    return connector != null
        ? connector
        : ServiceLoader.load(PlaneConnector.class, Member.class.getClassLoader())
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalStateException("no PlaneConnector on the class path: add mesh-xds"));
  }

  /** Joins. Certificate and config are fetched in the background; calls wait for them. */
  public Member start() {
    return new Member(this);
  }
}
