package io.inmesh.xds.status;

import com.google.protobuf.Any;
import com.google.protobuf.Timestamp;
import io.inmesh.config.Collection;
import io.inmesh.config.Node;
import io.inmesh.config.Resource;
import io.inmesh.plane.ConfigPlane.Events;
import io.inmesh.plane.ConfigPlane.Rejection;
import io.inmesh.plane.ConfigPlane.Status;
import io.inmesh.proto.envoy.admin.v3.ClientResourceStatus;
import io.inmesh.proto.envoy.admin.v3.UpdateFailureState;
import io.inmesh.proto.envoy.service.status.v3.ClientConfig;
import io.inmesh.proto.envoy.service.status.v3.ClientConfig.GenericXdsConfig;
import io.inmesh.xds.ads.NodeMessage;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What became of each resource that was asked for. Owner: the config loop. */
final class StatusBook implements Events {
  /** A plane may invent names without end. */
  private static final int MOST = 100_000;

  private final Events to;
  private final InstantSource clock;
  private final Map<Resource.Key, Entry> entries = new LinkedHashMap<>();
  private Node node;
  private Set<Resource.Key> wanted = Set.of();

  private static final class Entry {
    ClientResourceStatus status = ClientResourceStatus.REQUESTED;
    @Nullable Resource resource;
    String revision = "";
    @Nullable Instant at;
    @Nullable UpdateFailureState failure;
  }

  StatusBook(Events to, InstantSource clock, Node node) {
    this.to = to;
    this.clock = clock;
    this.node = node;
  }

  void node(Node changed) {
    node = changed;
  }

  void wanted(Set<Resource.Key> names) {
    wanted = names;
    entries.keySet().removeIf(key -> !wants(key));
    for (Resource.Key key : names) {
      if (!key.name().equals(Resource.Key.ANY) && !key.isCollection()) {
        entries.computeIfAbsent(key, fresh -> new Entry());
      }
    }
  }

  private boolean wants(Resource.Key key) {
    return wanted.contains(key) || wanted.contains(new Resource.Key(key.type(), Resource.Key.ANY));
  }

  private @Nullable Entry entry(Resource.Key key) {
    return entries.size() < MOST
        ? entries.computeIfAbsent(key, fresh -> new Entry())
        : entries.get(key);
  }

  @Override
  public void changed(Map<Resource.Key, Optional<Resource>> update, String revision) {
    update.forEach(
        (key, value) -> {
          if (value.isPresent() && value.get() instanceof Collection) {
            return;
          }
          if (value.isEmpty() && !wanted.contains(key)) {
            entries.remove(key);
            return;
          }
          Entry entry = entry(key);
          if (entry != null) {
            entry.resource = value.orElse(null);
            if (value.isEmpty() && entry.failure != null && entry.at == null) {
              return; // It was refused, and there is nothing older.
            }
            entry.status =
                value.isPresent()
                    ? ClientResourceStatus.ACKED
                    : ClientResourceStatus.DOES_NOT_EXIST;
            entry.revision = revision;
            entry.at = clock.instant();
            entry.failure = null;
          }
        });
    to.changed(update, revision);
  }

  @Override
  public void rejected(Rejection rejection) {
    Entry entry = entry(new Resource.Key(rejection.type(), rejection.name()));
    if (entry != null) {
      entry.status = ClientResourceStatus.NACKED;
      entry.failure =
          UpdateFailureState.newBuilder()
              .setDetails(rejection.reason())
              .setLastUpdateAttempt(timestamp(clock.instant()))
              .build();
    }
    to.rejected(rejection);
  }

  @Override
  public void unsupported(Resource.Key key, List<String> fields) {
    to.unsupported(key, fields);
  }

  @Override
  public void status(Status status) {
    to.status(status);
  }

  /**
   * The answer to who asks.
   *
   * @param shown a resource as it may be shown; null for none
   */
  ClientConfig config(@Nullable Function<Resource, Any> shown) {
    var config = ClientConfig.newBuilder().setNode(NodeMessage.of(node));
    entries.forEach((key, entry) -> config.addGenericXdsConfigs(of(key, entry, shown)));
    return config.build();
  }

  private static GenericXdsConfig of(
      Resource.Key key, Entry entry, @Nullable Function<Resource, Any> shown) {
    var built =
        GenericXdsConfig.newBuilder()
            .setTypeUrl(key.type().url())
            .setName(key.name())
            .setVersionInfo(entry.revision)
            .setClientStatus(entry.status);
    if (entry.at != null) {
      built.setLastUpdated(timestamp(entry.at));
    }
    if (entry.failure != null) {
      built.setErrorState(entry.failure);
    }
    if (entry.resource != null && shown != null) {
      built.setXdsConfig(shown.apply(entry.resource));
    }
    return built.build();
  }

  private static Timestamp timestamp(Instant at) {
    return Timestamp.newBuilder().setSeconds(at.getEpochSecond()).setNanos(at.getNano()).build();
  }
}
