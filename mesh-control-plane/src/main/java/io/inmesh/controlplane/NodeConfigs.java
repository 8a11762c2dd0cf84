package io.inmesh.controlplane;

import io.inmesh.config.EndpointSet.Health;
import io.inmesh.config.Listener;
import io.inmesh.config.Locality;
import io.inmesh.config.Resource;
import io.inmesh.controlplane.ads.ConfigSource;
import io.inmesh.controlplane.ads.NodeKind;
import io.inmesh.controlplane.ads.ServedConfig;
import io.inmesh.controlplane.ads.ServedNode;
import io.inmesh.controlplane.ads.ServedResource;
import io.inmesh.controlplane.config.ConfigDirectory;
import io.inmesh.controlplane.config.Generation;
import io.inmesh.controlplane.config.MeshResources;
import io.inmesh.controlplane.config.compile.InboundListeners;
import io.inmesh.controlplane.config.compile.NodeView;
import io.inmesh.controlplane.config.compile.NodeView.Flavour;
import io.inmesh.controlplane.config.compile.ResourceSet;
import io.inmesh.controlplane.config.compile.ServerView;
import io.inmesh.controlplane.config.model.MeshModel;
import io.inmesh.controlplane.config.model.Protocol;
import io.inmesh.controlplane.config.model.Workload;
import io.inmesh.controlplane.config.model.WorkloadSource;
import io.inmesh.controlplane.config.problem.Problem;
import io.inmesh.controlplane.registry.Registration;
import io.inmesh.controlplane.registry.Registry;
import io.inmesh.loop.EventLoop;
import io.inmesh.xds.codec.Encoder;
import io.inmesh.xds.codec.Extensions;
import io.inmesh.xds.codec.TlsFlavor;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * What each node is served: the files and the registered instances, compiled for the node's view
 * and encoded once for all nodes that share it. Owner: the loop.
 */
final class NodeConfigs implements ConfigSource {
  private static final int MAX_VIEWS = 4096;

  private final Registry registry;
  private final MeshResources resources;

  /** By view; the ones not asked for the longest are forgotten. */
  private final Map<NodeView, Made> made =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<NodeView, Made> eldest) {
          return size() > MAX_VIEWS;
        }
      };

  /** What nodes that serve get for themselves; the ones not asked for the longest are forgotten. */
  private final Map<ServerView, Own> own =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ServerView, Own> eldest) {
          return size() > MAX_VIEWS;
        }
      };

  private final Map<NodeView.Flavour, Encoder> encoders = new EnumMap<>(NodeView.Flavour.class);
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private InboundListeners inbound = new InboundListeners(MeshModel.EMPTY);
  private String revision = "";

  /** What a server was served, over what it shares. */
  private record Own(
      InboundListeners from, Encoded listener, ServedConfig shared, ServedConfig config) {}

  /** What was served for a view, and from what. */
  private record Made(
      ResourceSet from,
      String revision,
      boolean settled,
      ServedConfig config,
      Map<Resource.Key, Encoded> encoded) {
    static final Made NOTHING =
        new Made(ResourceSet.EMPTY, "", false, ServedConfig.EMPTY, Map.of());
  }

  /**
   * A resource and its message: an unchanged resource, which stays the same object, is encoded
   * once.
   */
  private record Encoded(Resource resource, ServedResource served) {}

  NodeConfigs(EventLoop loop, ConfigDirectory config, Registry registry) {
    this.registry = registry;
    this.resources = new MeshResources(this::workloads);
    encoders.put(NodeView.Flavour.API, new Encoder(Extensions.standard(), TlsFlavor.INMESH));
    encoders.put(NodeView.Flavour.GRPC, new Encoder(Extensions.standard(), TlsFlavor.GRPC));
    encoders.put(
        NodeView.Flavour.BOUND, new Encoder(Extensions.standard(), TlsFlavor.ENVOY_STATIC_SECRETS));
    registry.onChange(
        () -> {
          resources.workloadsChanged();
          changed();
        });
    config.onChange(
        new ConfigDirectory.Listener() {
          @Override
          public void taken(Generation generation) {
            loop.execute(() -> configured(generation));
          }

          @Override
          public void refused(List<Problem> problems) {}
        });
  }

  private void configured(Generation generation) {
    revision = generation.revision();
    resources.configured(generation.model());
    inbound = new InboundListeners(generation.model());
    changed();
  }

  private void changed() {
    listeners.forEach(Runnable::run);
  }

  private List<WorkloadSource.Registered> workloads() {
    var workloads = new ArrayList<WorkloadSource.Registered>();
    for (Registration it : registry.instances()) {
      var workload =
          new Workload(
              it.namespace(),
              it.service(),
              it.address().host(),
              it.address().port(),
              Map.of(),
              it.labels(),
              Locality.NONE,
              it.weight(),
              it.service(),
              true,
              Health.HEALTHY);
      workloads.add(
          new WorkloadSource.Registered(
              workload, Protocol.valueOf(it.protocol().toUpperCase(Locale.ROOT))));
    }
    return workloads;
  }

  @Override
  public ServedConfig configOf(ServedNode node) {
    ServedConfig shared = shared(node);
    Flavour flavour = flavour(node.kind());
    // Bound listeners are part of what a view shares: it names the addresses.
    return flavour == Flavour.BOUND
        ? shared
        : ServerView.of(node.node(), flavour).map(server -> over(shared, server)).orElse(shared);
  }

  private ServedConfig over(ServedConfig shared, ServerView server) {
    Own before = own.get(server);
    if (before != null && before.from() == inbound && before.shared() == shared) {
      return before.config();
    }
    Encoded listener = before == null ? null : before.listener();
    if (listener == null || before == null || before.from() != inbound) {
      Listener made = inbound.named(server);
      Encoder encoder = Objects.requireNonNull(encoders.get(server.flavour()));
      listener =
          listener != null && listener.resource().equals(made) ? listener : encode(encoder, made);
    }
    ServedConfig config = shared.with(List.of(listener.served()));
    own.put(server, new Own(inbound, listener, shared, config));
    return config;
  }

  private ServedConfig shared(ServedNode node) {
    NodeView view = NodeView.of(node.node(), flavour(node.kind()));
    ResourceSet now = resources.resources(view);
    Made before = made.getOrDefault(view, Made.NOTHING);
    if (before.from() == now
        && before.revision().equals(revision)
        && before.settled() == registry.settled()) {
      return before.config();
    }
    Encoder encoder = Objects.requireNonNull(encoders.get(view.flavour()));
    var encoded = new HashMap<Resource.Key, Encoded>();
    var changes = new LinkedHashMap<Resource.Key, Optional<ServedResource>>();
    for (Resource resource : now.all()) {
      Encoded known = before.encoded().get(resource.key());
      boolean same = known != null && known.resource() == resource;
      Encoded kept = same && known != null ? known : encode(encoder, resource);
      encoded.put(resource.key(), kept);
      if (known == null || !known.served().version().equals(kept.served().version())) {
        changes.put(resource.key(), Optional.of(kept.served()));
      }
    }
    for (Resource.Key key : before.encoded().keySet()) {
      if (!encoded.containsKey(key)) {
        changes.put(key, Optional.empty());
      }
    }
    ServedConfig config = before.config().next(revision, registry.settled(), changes);
    made.put(view, new Made(now, revision, registry.settled(), config, encoded));
    return config;
  }

  private static NodeView.Flavour flavour(NodeKind kind) {
    return switch (kind) {
      case ENVOY -> NodeView.Flavour.BOUND;
      case GRPC -> NodeView.Flavour.GRPC;
      case INMESH -> NodeView.Flavour.API;
    };
  }

  private static Encoded encode(Encoder encoder, Resource resource) {
    var message = encoder.message(resource).toByteString();
    return new Encoded(resource, ServedResource.of(resource.key(), message, resource.references()));
  }

  @Override
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }
}
