package io.inmesh.xds.ads;

import io.inmesh.config.Node;
import io.inmesh.config.Resource;
import io.inmesh.proto.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.inmesh.proto.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.inmesh.proto.google.rpc.Status;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** DeltaAggregatedResources: requests say what is wanted more, and what less. */
final class Delta implements Exchange<DeltaDiscoveryResponse> {
  private final AdsStream<DeltaDiscoveryRequest> stream;
  private final PerType<Subscription> subscriptions;
  private final PerType<Turn> turns = new PerType<>(type -> new Turn());
  private @Nullable Node introduction;

  private record Answer(String nonce, String complaint) {}

  /** What this stream has said about a type. */
  private static final class Turn {
    final Queue<Answer> answers = new ArrayDeque<>();

    /** The names that the plane believes we want, perhaps with the wildcard. */
    Set<String> asked = Set.of();

    boolean started;
    boolean namesDue;
  }

  Delta(AdsStream<DeltaDiscoveryRequest> stream, PerType<Subscription> subscriptions, Node node) {
    this.stream = stream;
    this.subscriptions = subscriptions;
    this.introduction = node;
    turns.forEach(turn -> turn.namesDue = true);
  }

  @Override
  public void namesChanged(Resource.Type type) {
    turns.of(type).namesDue = true;
  }

  @Override
  public void introduce(Node node) {
    introduction = node;
  }

  @Override
  public @Nullable Delivery read(DeltaDiscoveryResponse response) {
    return Delivery.of(response);
  }

  @Override
  public boolean whole() {
    return false;
  }

  @Override
  public void answer(Delivery delivery, String complaint) {
    turns.of(delivery.type()).answers.add(new Answer(delivery.nonce(), complaint));
  }

  @Override
  public void flush() {
    for (Resource.Type type : ORDER) {
      Turn turn = turns.of(type);
      DeltaDiscoveryRequest.Builder request = request(type);
      boolean worthIt = turn.namesDue && names(turn, subscriptions.of(type), request);
      turn.namesDue = false;
      for (Answer answer = turn.answers.poll(); answer != null; answer = turn.answers.poll()) {
        request.setResponseNonce(answer.nonce());
        if (!answer.complaint().isEmpty()) {
          request.setErrorDetail(
              Status.newBuilder().setCode(REFUSED).setMessage(answer.complaint()));
        }
        send(request);
        request = request(type);
        worthIt = false;
      }
      if (worthIt) {
        send(request);
      }
    }
    if (introduction != null) {
      send(request(Resource.Type.ENDPOINTS));
    }
  }

  /** Writes what has changed of the names; false if nothing has. */
  private boolean names(
      Turn turn, Subscription subscription, DeltaDiscoveryRequest.Builder request) {
    if (!turn.started && subscription.isEmpty()) {
      return false;
    }
    Set<String> wanted = new LinkedHashSet<>(subscription.asked());
    if (subscription.wildcard()) {
      wanted.add(Resource.Key.ANY);
    }
    for (String name : wanted) {
      if (!turn.asked.contains(name)) {
        request.addResourceNamesSubscribe(name);
      }
    }
    for (String name : turn.asked) {
      if (!wanted.contains(name)) {
        request.addResourceNamesUnsubscribe(name);
      }
    }
    boolean first = !turn.started;
    if (first) {
      begin(subscription, request);
    }
    turn.started = true;
    turn.asked = wanted;
    return first
        || request.getResourceNamesSubscribeCount() > 0
        || request.getResourceNamesUnsubscribeCount() > 0;
  }

  private static void begin(Subscription subscription, DeltaDiscoveryRequest.Builder request) {
    if (subscription.names().isEmpty() && StateOfTheWorld.emptyMeansAll(subscription.type())) {
      request.clearResourceNamesSubscribe();
    }
    // Also without a version: the plane must know what we have to tell us what is gone.
    subscription
        .held()
        .forEach((name, held) -> request.putInitialResourceVersions(name, held.version()));
  }

  private static DeltaDiscoveryRequest.Builder request(Resource.Type type) {
    return DeltaDiscoveryRequest.newBuilder().setTypeUrl(type.url());
  }

  private void send(DeltaDiscoveryRequest.Builder request) {
    if (introduction != null) {
      request.setNode(NodeMessage.of(introduction));
      introduction = null;
    }
    stream.send(request.build());
  }
}
