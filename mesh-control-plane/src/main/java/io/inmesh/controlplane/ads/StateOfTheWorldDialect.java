package io.inmesh.controlplane.ads;

import io.inmesh.config.Resource;
import io.inmesh.proto.envoy.service.discovery.v3.DiscoveryRequest;
import io.inmesh.proto.envoy.service.discovery.v3.DiscoveryResponse;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * StreamAggregatedResources. Responses of listeners and clusters hold all of them, for what is left
 * out is gone; those of other types hold what has changed. Made for one stream.
 */
final class StateOfTheWorldDialect implements Dialect<DiscoveryRequest, DiscoveryResponse> {
  /** Listeners and clusters as they were sent: they stay in responses until they may be removed. */
  private final Map<Resource.Key, ServedResource> had = new HashMap<>();

  /** Types for which names were given: from then on, no names means none instead of all. */
  private final Set<Resource.Type> named = EnumSet.noneOf(Resource.Type.class);

  /** Types of which the client had config from an earlier stream. */
  private final Set<Resource.Type> returning = EnumSet.noneOf(Resource.Type.class);

  @Override
  public Request read(DiscoveryRequest request) {
    return new Request(
        request.getTypeUrl(),
        request.hasNode() ? request.getNode() : null,
        request.hasErrorDetail() ? request.getErrorDetail().getMessage() : null,
        request.getResponseNonce());
  }

  @Override
  public boolean isStale(Request request, Feed feed) {
    return !request.nonce().equals(feed.nonce);
  }

  private static boolean isWhole(Resource.Type type) {
    return type == Resource.Type.LISTENER || type == Resource.Type.CLUSTER;
  }

  @Override
  public void names(DiscoveryRequest request, Feed feed, ServedConfig config) {
    Set<String> wanted = new LinkedHashSet<>(request.getResourceNamesList());
    if (!wanted.isEmpty()) {
      named.add(feed.type);
    }
    boolean all =
        wanted.remove(Resource.Key.ANY)
            || (wanted.isEmpty() && isWhole(feed.type) && !named.contains(feed.type));
    boolean first = !feed.started;
    if (first && !request.getVersionInfo().isEmpty()) {
      returning.add(feed.type);
      feed.held.addAll(wanted);
    }
    feed.answerDue |= first;
    leave(feed, wanted, all);
    boolean more = false;
    for (String name : wanted) {
      if (feed.names.add(name)) {
        more = true;
        feed.look(name, config, true);
      }
    }
    if (all && !feed.wildcard) {
      feed.wildcard = true;
      more = true;
      config.of(feed.type).keySet().forEach(name -> feed.look(name, config, true));
    }
    feed.unknown.clear();
    feed.answerDue |= more && isWhole(feed.type);
  }

  private void leave(Feed feed, Set<String> wanted, boolean all) {
    List<String> left = feed.names.stream().filter(name -> !wanted.contains(name)).toList();
    left.forEach(feed.names::remove);
    boolean wasWildcard = feed.wildcard;
    feed.wildcard = all && wasWildcard;
    if (!all) {
      Set<String> dropped = new LinkedHashSet<>(left);
      if (wasWildcard) {
        dropped.addAll(feed.versions.keySet());
        dropped.addAll(feed.due);
        dropped.removeAll(wanted);
      }
      for (String name : dropped) {
        feed.drop(name);
        had.remove(new Resource.Key(feed.type, name));
      }
    }
  }

  @Override
  public @Nullable Push<DiscoveryResponse> additions(
      Feed feed, ServedConfig config, boolean askedOnly, String nonce) {
    return isWhole(feed.type)
        ? wholeAdditions(feed, config, askedOnly, nonce)
        : someAdditions(feed, config, askedOnly, nonce);
  }

  private boolean isFrozen(Feed feed, ServedConfig config) {
    return !config.settled() && returning.contains(feed.type);
  }

  private @Nullable Push<DiscoveryResponse> wholeAdditions(
      Feed feed, ServedConfig config, boolean askedOnly, String nonce) {
    if (isFrozen(feed, config) || (askedOnly && feed.asked.isEmpty() && !feed.answerDue)) {
      return null;
    }
    List<ServedResource> fresh = new ArrayList<>();
    for (String name : feed.due) {
      ServedResource resource = config.find(feed.type, name);
      if (resource != null && !feed.has(resource)) {
        fresh.add(resource);
      }
    }
    boolean worthIt = feed.answerDue || !fresh.isEmpty();
    feed.due.clear();
    feed.asked.clear();
    return worthIt ? new Push<>(whole(feed, config, nonce), fresh) : null;
  }

  private DiscoveryResponse whole(Feed feed, ServedConfig config, String nonce) {
    DiscoveryResponse.Builder response = response(feed, config, nonce);
    Map<String, ServedResource> all = config.of(feed.type);
    Iterable<String> names = feed.wildcard ? all.keySet() : feed.names;
    for (String name : names) {
      ServedResource resource = all.get(name);
      if (resource != null) {
        response.addResources(resource.message());
        feed.sent(resource);
        had.put(resource.key(), resource);
      }
    }
    for (String name : feed.gone) {
      ServedResource last = had.get(new Resource.Key(feed.type, name));
      if (last != null) {
        response.addResources(last.message());
      }
    }
    feed.answerDue = false;
    return response.build();
  }

  private @Nullable Push<DiscoveryResponse> someAdditions(
      Feed feed, ServedConfig config, boolean askedOnly, String nonce) {
    DiscoveryResponse.Builder response = response(feed, config, nonce);
    var fresh = new ArrayList<ServedResource>();
    for (String name : List.copyOf(askedOnly ? feed.asked : feed.due)) {
      ServedResource resource = config.find(feed.type, name);
      if (resource == null || feed.has(resource)) {
        feed.due.remove(name);
        feed.asked.remove(name);
      } else if (config.settled() || !feed.held.contains(name)) {
        response.addResources(resource.message());
        fresh.add(resource);
        feed.sent(resource);
      }
    }
    boolean worthIt = !fresh.isEmpty() || (feed.answerDue && !isFrozen(feed, config));
    feed.answerDue = false;
    return worthIt ? new Push<>(response.build(), fresh) : null;
  }

  @Override
  public @Nullable Push<DiscoveryResponse> removals(Feed feed, ServedConfig config, String nonce) {
    if (feed.gone.isEmpty() || isFrozen(feed, config)) {
      return null;
    }
    for (String name : feed.gone) {
      feed.versions.remove(name);
      had.remove(new Resource.Key(feed.type, name));
    }
    feed.gone.clear();
    return isWhole(feed.type) ? new Push<>(whole(feed, config, nonce), List.of()) : null;
  }

  private static DiscoveryResponse.Builder response(Feed feed, ServedConfig config, String nonce) {
    return DiscoveryResponse.newBuilder()
        .setTypeUrl(feed.type.url())
        .setVersionInfo(config.revision())
        .setNonce(nonce);
  }
}
