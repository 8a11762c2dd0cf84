package io.inmesh.controlplane.ads;

import io.inmesh.config.Resource;
import io.inmesh.proto.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.inmesh.proto.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** DeltaAggregatedResources: only what the client has not is sent. */
final class DeltaDialect implements Dialect<DeltaDiscoveryRequest, DeltaDiscoveryResponse> {
  /** A response ends when it is this large; the rest comes with the next. */
  private static final int ENOUGH_BYTES = 2 << 20;

  @Override
  public Request read(DeltaDiscoveryRequest request) {
    return new Request(
        request.getTypeUrl(),
        request.hasNode() ? request.getNode() : null,
        request.hasErrorDetail() ? request.getErrorDetail().getMessage() : null,
        request.getResponseNonce());
  }

  /** Each request says something new. */
  @Override
  public boolean isStale(Request request, Feed feed) {
    return false;
  }

  @Override
  public void names(DeltaDiscoveryRequest request, Feed feed, ServedConfig config) {
    boolean first = !feed.started;
    if (first) {
      begin(request, feed);
    }
    for (String name : request.getResourceNamesSubscribeList()) {
      if (name.equals(Resource.Key.ANY)) {
        wildcard(feed, config);
      } else if (feed.type != Resource.Type.VIRTUAL_HOST
          && new Resource.Key(feed.type, name).isCollection()) {
        collection(name, feed, config);
      } else {
        if (!feed.names.add(name)) {
          // Whoever asks again has lost it.
          feed.versions.remove(name);
        }
        feed.look(name, config, true);
      }
    }
    if (first && feed.wildcard) {
      wildcard(feed, config);
    }
    unsubscribe(request, feed, config);
    if (first) {
      // What an earlier stream left behind.
      if (feed.type == Resource.Type.VIRTUAL_HOST) {
        feed.versions.keySet().stream()
            .filter(name -> config.find(feed.type, name) == null)
            .forEach(feed.gone::add);
      }
      feed.versions.keySet().removeIf(name -> !feed.wants(name));
      List.copyOf(feed.versions.keySet()).forEach(name -> feed.look(name, config, false));
      feed.held.addAll(feed.versions.keySet());
    }
  }

  private static void begin(DeltaDiscoveryRequest request, Feed feed) {
    feed.answerDue = true;
    feed.versions.putAll(request.getInitialResourceVersionsMap());
    // An older form of the wildcard.
    feed.wildcard =
        request.getResourceNamesSubscribeCount() == 0
            && (feed.type == Resource.Type.CLUSTER || feed.type == Resource.Type.LISTENER);
  }

  private static void wildcard(Feed feed, ServedConfig config) {
    feed.wildcard = true;
    feed.answerDue = true;
    config.of(feed.type).keySet().forEach(name -> feed.look(name, config, true));
  }

  private static void collection(String name, Feed feed, ServedConfig config) {
    feed.collections.add(name);
    boolean any = false;
    for (ServedResource resource : config.of(feed.type).values()) {
      if (resource.key().collection().name().equals(name)) {
        any = true;
        feed.look(resource.key().name(), config, true);
      }
    }
    if (!any) {
      feed.unknown.add(name);
    }
  }

  private static void unsubscribe(DeltaDiscoveryRequest request, Feed feed, ServedConfig config) {
    for (String name : request.getResourceNamesUnsubscribeList()) {
      if (name.equals(Resource.Key.ANY)) {
        feed.wildcard = false;
        List.copyOf(feed.versions.keySet()).stream()
            .filter(each -> !feed.wants(each))
            .forEach(feed::drop);
        feed.due.retainAll(feed.names);
        feed.asked.retainAll(feed.names);
      } else if (feed.collections.remove(name)) {
        List.copyOf(feed.versions.keySet()).stream()
            .filter(each -> !feed.wants(each))
            .forEach(feed::drop);
      } else if (feed.names.remove(name)) {
        feed.aliases.remove(name);
        feed.drop(name);
        if (feed.wildcard) {
          feed.look(name, config, true);
        }
      }
    }
  }

  @Override
  public @Nullable Push<DeltaDiscoveryResponse> additions(
      Feed feed, ServedConfig config, boolean askedOnly, String nonce) {
    DeltaDiscoveryResponse.Builder response = response(feed, config, nonce);
    var fresh = new ArrayList<ServedResource>();
    int bytes = 0;
    Set<String> candidates = askedOnly ? feed.asked : feed.due;
    for (String name : List.copyOf(candidates)) {
      ServedResource resource = config.asked(feed.type, name);
      if (resource == null || feed.has(name, resource)) {
        feed.due.remove(name);
        feed.asked.remove(name);
      } else if (config.settled() || !feed.held.contains(name)) {
        response.addResources(wrapped(feed, name, resource));
        fresh.add(resource);
        feed.sent(name, resource);
        bytes += resource.message().getSerializedSize();
        if (bytes > ENOUGH_BYTES) {
          break;
        }
      }
    }
    if (feed.type == Resource.Type.VIRTUAL_HOST) {
      feed.unknown.forEach(name -> response.addResources(nothing(name)));
    } else {
      response.addAllRemovedResources(feed.unknown);
    }
    boolean worthIt = feed.answerDue || !fresh.isEmpty() || !feed.unknown.isEmpty();
    feed.unknown.clear();
    feed.answerDue = false;
    return worthIt ? new Push<>(response.build(), fresh) : null;
  }

  /** A virtual host tells which question it answers. */
  private static io.inmesh.proto.envoy.service.discovery.v3.Resource wrapped(
      Feed feed, String name, ServedResource resource) {
    if (feed.type != Resource.Type.VIRTUAL_HOST) {
      return resource.wrapped();
    }
    feed.aliases.put(name, resource.key().name());
    return resource.wrapped().toBuilder().addAliases(name).build();
  }

  /** The answer to a question for a virtual host that there is not. */
  private static io.inmesh.proto.envoy.service.discovery.v3.Resource nothing(String alias) {
    return io.inmesh.proto.envoy.service.discovery.v3.Resource.newBuilder()
        .setName(alias)
        .addAliases(alias)
        .build();
  }

  @Override
  public @Nullable Push<DeltaDiscoveryResponse> removals(
      Feed feed, ServedConfig config, String nonce) {
    List<String> removed =
        feed.gone.stream().filter(name -> config.settled() || !feed.held.contains(name)).toList();
    if (removed.isEmpty()) {
      return null;
    }
    DeltaDiscoveryResponse.Builder response = response(feed, config, nonce);
    for (String name : removed) {
      feed.gone.remove(name);
      feed.versions.remove(name);
      String resource = feed.aliases.remove(name);
      if (resource != null) {
        response.addResources(nothing(name));
      }
      String lost = resource == null ? name : resource;
      if (config.find(feed.type, lost) == null
          && !response.getRemovedResourcesList().contains(lost)) {
        response.addRemovedResources(lost);
      }
    }
    return new Push<>(response.build(), List.of());
  }

  private static DeltaDiscoveryResponse.Builder response(
      Feed feed, ServedConfig config, String nonce) {
    return DeltaDiscoveryResponse.newBuilder()
        .setTypeUrl(feed.type.url())
        .setSystemVersionInfo(config.revision())
        .setNonce(nonce);
  }
}
