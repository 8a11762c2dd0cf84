package io.inmesh.runtime.cluster;

import io.inmesh.config.Action.Priority;
import io.inmesh.config.Cluster;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.EndpointSet.Health;
import io.inmesh.config.Locality;
import io.inmesh.config.TransportSocket;
import io.inmesh.runtime.balance.Member;
import io.inmesh.runtime.stats.ClusterStats;
import io.inmesh.runtime.stats.TrafficTable;
import io.inmesh.transport.ConnectionPool;
import org.jspecify.annotations.Nullable;

/** A host in one {@link HostSet}: its config at that moment, its state and its pools. */
public final class ClusterHost implements Member {
  private final Endpoint endpoint;
  private final Place place;
  private final HostState state;
  private final Condition condition;
  private final HostPools pools;
  private final Owner owner;
  private final ClusterLoads.@Nullable Counts load;
  private @Nullable TrafficTable traffic;

  /** Where the host stands in its cluster. */
  record Place(int index, Locality locality, int priority) {}

  /**
   * What it is good for.
   *
   * @param health by EDS, active checks and ejection together
   * @param ramp how its weight grows; null when it has grown
   */
  record Condition(Standing standing, Health health, @Nullable Ramp ramp) {}

  /**
   * The cluster it is of.
   *
   * @param detector null without outlier detection
   * @param loads null without load reports
   */
  record Owner(
      Cluster config,
      Limits limits,
      @Nullable OutlierDetector detector,
      ClusterStats stats,
      @Nullable ClusterLoads loads) {}

  ClusterHost(
      Endpoint endpoint,
      Place place,
      HostState state,
      Condition condition,
      HostPools pools,
      Owner owner) {
    this.endpoint = endpoint;
    this.place = place;
    this.state = state;
    this.condition = condition;
    this.pools = pools;
    this.owner = owner;
    ClusterLoads loads = owner.loads();
    this.load = loads == null ? null : loads.of(place.locality(), place.priority());
  }

  @Override
  public Endpoint endpoint() {
    return endpoint;
  }

  /** What is known of it across updates; two picks are of one host if this is the same object. */
  public HostState state() {
    return state;
  }

  /** Its locality. */
  public Locality locality() {
    return place.locality();
  }

  /** Its priority; 0 comes first. */
  public int priority() {
    return place.priority();
  }

  @Override
  public int index() {
    return place.index();
  }

  @Override
  public Standing standing() {
    return condition.standing();
  }

  /** Its health by EDS, active checks and ejection together. */
  public Health health() {
    return condition.health();
  }

  @Override
  public boolean inSlowStart() {
    return condition.ramp() != null;
  }

  @Override
  public double effectiveWeight() {
    Ramp ramp = condition.ramp();
    return ramp == null ? endpoint.weight() : endpoint.weight() * ramp.factor();
  }

  @Override
  public int weight() {
    return inSlowStart() ? Math.max(1, (int) effectiveWeight()) : endpoint.weight();
  }

  @Override
  public int inFlight() {
    return state.inFlight();
  }

  /** Why it takes less than its share, or nothing; "" if it takes its share. */
  public String exclusion() {
    if (state.ejected) {
      return "ejected by outlier detection";
    }
    if (state.active == HostState.ActiveHealth.UNHEALTHY) {
      return "fails active health checks";
    }
    return switch (standing()) {
      case HEALTHY -> "";
      case DEGRADED -> "degraded: takes what healthy hosts cannot";
      case EXCLUDED, UNHEALTHY -> "health is " + endpoint.health() + ", as the control plane says";
    };
  }

  /** What its own cluster has under way: of an aggregate's pick, the member cluster. */
  public Admission admission(Priority priority) {
    return owner.limits().of(priority);
  }

  /**
   * The config of its own cluster, which is a member of the one that is called if that is made of
   * others.
   */
  public Cluster cluster() {
    return owner.config();
  }

  /** What its own cluster counts. */
  public ClusterStats stats() {
    return owner.stats();
  }

  /** How it is spoken to. */
  public TransportSocket socket() {
    return pools.socket();
  }

  /** Where calls to it are counted; null until somebody has {@link #countBy}. */
  public @Nullable TrafficTable traffic() {
    return traffic;
  }

  /** Remembers where they are counted. From any loop: all would find the same. */
  public void countBy(TrafficTable table) {
    traffic = table;
  }

  /**
   * Its connections. Each priority has its own, as in Envoy.
   *
   * @param http2 which protocol, where the cluster speaks as the caller came in
   *     (use_downstream_protocol_config); ignored elsewhere
   */
  public ConnectionPool pool(Priority priority, boolean http2) {
    return pools.pool(priority, http2);
  }

  HostPools pools() {
    return pools;
  }

  /** A request is on its way there. Every call is to be followed by one {@link #ended}. */
  public void began() {
    state.began();
    if (load != null) {
      load.began();
    }
  }

  /** The request is over. */
  public void ended() {
    state.ended();
    if (load != null) {
      load.ended();
    }
  }

  /**
   * The host has answered. To be called once per attempt, when the head comes; from any loop.
   *
   * @param status the HTTP status, or what a gRPC status in a head without body stands for
   */
  public void report(int status) {
    state.answers();
    if (load != null) {
      load.answered(status);
    }
    OutlierDetector detector = owner.detector();
    if (detector != null) {
      detector.report(state, status);
    }
  }

  /** The connection was made, or no answer came. Overflow is not to be reported. */
  public void report(LocalOrigin result) {
    if (load != null && result != LocalOrigin.CONNECTED) {
      load.failed();
    }
    OutlierDetector detector = owner.detector();
    if (detector != null) {
      detector.report(state, result);
    }
  }

  @Override
  public String toString() {
    return state.name();
  }
}
