package io.inmesh.xds.ads;

import io.inmesh.config.Node;
import io.inmesh.config.Resource;
import io.inmesh.proto.envoy.service.discovery.v3.DiscoveryRequest;
import io.inmesh.proto.envoy.service.discovery.v3.DiscoveryResponse;
import io.inmesh.proto.google.rpc.Status;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** StreamAggregatedResources: each request says all names of its type. */
final class StateOfTheWorld implements Exchange<DiscoveryResponse> {
  private final AdsStream<DiscoveryRequest> stream;
  private final PerType<Subscription> subscriptions;
  private final PerType<Turn> turns = new PerType<>(type -> new Turn());
  private @Nullable Node introduction;

  /** What this stream has said about a type. */
  private static final class Turn {
    String nonce = "";
    String complaint = "";
    boolean started;
    boolean due;

    /** Once names were given, an empty list means none instead of all. */
    boolean namedNames;

    /** The names of the last request. */
    Set<String> asked = Set.of();

    /** Names of earlier requests that the last one left out. */
    final Set<String> dropped = new HashSet<>();

    /**
     * Takes the names of the next request; tells whether one of them was dropped before, or there
     * were none: some planes answer a request without names with all that they have.
     */
    boolean asksAgain(Set<String> names) {
      if (names == asked) {
        return false;
      }
      boolean none = started && asked.isEmpty() && !names.isEmpty();
      asked.stream().filter(name -> !names.contains(name)).forEach(dropped::add);
      asked = names;
      return dropped.removeAll(names) || none;
    }
  }

  StateOfTheWorld(
      AdsStream<DiscoveryRequest> stream, PerType<Subscription> subscriptions, Node node) {
    this.stream = stream;
    this.subscriptions = subscriptions;
    this.introduction = node;
    turns.forEach(turn -> turn.due = true);
  }

  private Subscription subscription(Resource.Type type) {
    return subscriptions.of(type);
  }

  @Override
  public void namesChanged(Resource.Type type) {
    turns.of(type).due = true;
  }

  @Override
  public void introduce(Node node) {
    introduction = node;
  }

  @Override
  public @Nullable Delivery read(DiscoveryResponse response) {
    return Delivery.of(response);
  }

  @Override
  public boolean whole() {
    return true;
  }

  @Override
  public void answer(Delivery delivery, String complaint) {
    Turn turn = turns.of(delivery.type());
    turn.nonce = delivery.nonce();
    turn.complaint = complaint;
    turn.due = true;
  }

  @Override
  public void flush() {
    for (Resource.Type type : ORDER) {
      Turn turn = turns.of(type);
      if (turn.due
          && type != Resource.Type.VIRTUAL_HOST
          && (turn.started || !subscription(type).isEmpty())) {
        send(type, turn);
      }
    }
    if (introduction != null) {
      Resource.Type type =
          ORDER.stream()
              .filter(t -> turns.of(t).started)
              .findFirst()
              .orElse(Resource.Type.ENDPOINTS);
      send(type, turns.of(type));
    }
  }

  /**
   * Some planes answer only if they have every name of a request. Names that are on their way out
   * may be gone there already, so they are left out as long as an answer is awaited.
   */
  private Set<String> names(Subscription subscription) {
    Set<String> all = subscription.asked();
    if (subscription.leaving().isEmpty() || !awaitsAnswer()) {
      subscription.omit(Set.of());
      return all;
    }
    var staying = new LinkedHashSet<>(all);
    staying.removeAll(subscription.leaving());
    subscription.omit(staying.isEmpty() ? Set.of() : subscription.leaving());
    return staying.isEmpty() ? all : staying;
  }

  private boolean awaitsAnswer() {
    boolean any = false;
    for (Resource.Type type : ORDER) {
      any |= !subscription(type).unanswered().isEmpty();
    }
    return any;
  }

  private void send(Resource.Type type, Turn turn) {
    Subscription subscription = subscription(type);
    Set<String> names = names(subscription);
    // Some planes compare versions only, and believe that we still have what we dropped.
    boolean again = turn.asksAgain(names);
    DiscoveryRequest.Builder request =
        DiscoveryRequest.newBuilder()
            .setTypeUrl(type.url())
            .setVersionInfo(again ? "" : subscription.version())
            .setResponseNonce(turn.nonce)
            .addAllResourceNames(names);
    boolean all = subscription.wildcard() && subscription.names().isEmpty();
    if (subscription.wildcard() && !(all && emptyMeansAll(type) && !turn.namedNames)) {
      request.addResourceNames(Resource.Key.ANY);
    }
    turn.namedNames |= request.getResourceNamesCount() > 0;
    if (!turn.complaint.isEmpty()) {
      request.setErrorDetail(Status.newBuilder().setCode(REFUSED).setMessage(turn.complaint));
    }
    if (introduction != null) {
      request.setNode(NodeMessage.of(introduction));
      introduction = null;
    }
    turn.complaint = "";
    turn.due = false;
    turn.started = true;
    stream.send(request.build());
  }

  /** Older planes know the wildcard only in this form. */
  static boolean emptyMeansAll(Resource.Type type) {
    return type == Resource.Type.LISTENER || type == Resource.Type.CLUSTER;
  }
}
