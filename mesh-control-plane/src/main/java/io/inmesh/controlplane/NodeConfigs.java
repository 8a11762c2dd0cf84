package io.inmesh.controlplane;

import io.inmesh.config.EndpointSet.Health;
import io.inmesh.config.Node;
import io.inmesh.config.Resource;
import io.inmesh.controlplane.ads.ConfigSource;
import io.inmesh.controlplane.ads.NodeKind;
import io.inmesh.controlplane.ads.ServedConfig;
import io.inmesh.controlplane.ads.ServedNode;
import io.inmesh.controlplane.ads.ServedResource;
import io.inmesh.controlplane.config.ConfigDirectory;
import io.inmesh.controlplane.config.Generation;
import io.inmesh.controlplane.config.MeshResources;
import io.inmesh.controlplane.config.Recent;
import io.inmesh.controlplane.config.compile.Compilation;
import io.inmesh.controlplane.config.compile.InboundListeners;
import io.inmesh.controlplane.config.compile.NodeView;
import io.inmesh.controlplane.config.compile.NodeView.Flavour;
import io.inmesh.controlplane.config.compile.ResourceSet;
import io.inmesh.controlplane.config.compile.ServerView;
import io.inmesh.controlplane.config.model.MeshModel;
import io.inmesh.controlplane.config.model.MeshModel.RawResource;
import io.inmesh.controlplane.config.model.Protocol;
import io.inmesh.controlplane.config.model.Workload;
import io.inmesh.controlplane.config.model.WorkloadSource;
import io.inmesh.controlplane.config.problem.Problem;
import io.inmesh.controlplane.registry.Registration;
import io.inmesh.controlplane.registry.Registry;
import io.inmesh.identity.SpiffeId;
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

  /** By view. */
  private final Map<NodeView, Made> made = new Recent<>(MAX_VIEWS);

  /** What single nodes get for themselves. */
  private final Map<Owner, Own> own = new Recent<>(MAX_VIEWS);

  private final Map<NodeView.Flavour, Encoder> encoders = new EnumMap<>(NodeView.Flavour.class);
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private InboundListeners inbound = new InboundListeners(MeshModel.EMPTY);
  private List<RawResource> restricted = List.of();
  private String revision = "";

  /**
   * Who gets something for itself.
   *
   * @param server what it serves; empty if it finds no listener for that by name
   * @param identity empty unless it gets what only some may have
   */
  private record Owner(Flavour flavour, Optional<ServerView> server, Optional<SpiffeId> identity) {}

  /** What a node was served for itself, over what it shares. */
  private record Own(
      InboundListeners from,
      Map<Resource.Key, Encoded> resources,
      ServedConfig shared,
      ServedConfig config) {}

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
    restricted =
        generation.model().resources().stream().filter(raw -> !raw.audience().everybody()).toList();
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
              it.locality(),
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
    Node proven = proven(node);
    Flavour flavour = flavour(node.kind());
    ServedConfig shared = shared(resources.narrow(NodeView.of(proven, flavour)));
    // Bound listeners are part of what a view shares: it names the addresses.
    Optional<ServerView> server =
        flavour == Flavour.BOUND ? Optional.empty() : ServerView.of(proven, flavour);
    List<Resource> granted =
        restricted.stream()
            .filter(raw -> raw.audience().admits(node.identity()))
            .map(RawResource::resource)
            .filter(resource -> Compilation.suits(resource, flavour))
            .toList();
    if (server.isEmpty() && granted.isEmpty()) {
      return shared;
    }
    Optional<SpiffeId> identity = granted.isEmpty() ? Optional.empty() : node.identity();
    return over(shared, new Owner(flavour, server, identity), granted);
  }

  /** What a node says of its namespace counts only if it has proved none. */
  private static Node proven(ServedNode node) {
    Node said = node.node();
    Optional<String> namespace = node.identity().flatMap(SpiffeId::namespace);
    if (namespace.isEmpty() || namespace.get().equals(said.metadata().get(NodeView.NAMESPACE))) {
      return said;
    }
    var metadata = new HashMap<>(said.metadata());
    metadata.put(NodeView.NAMESPACE, namespace.get());
    return new Node(said.id(), said.cluster(), said.locality(), metadata);
  }

  private ServedConfig over(ServedConfig shared, Owner owner, List<Resource> granted) {
    Own before = own.get(owner);
    if (before != null && before.from() == inbound && before.shared() == shared) {
      return before.config();
    }
    Map<Resource.Key, Encoded> known = before == null ? Map.of() : before.resources();
    var resources = new ArrayList<>(granted);
    owner.server().ifPresent(server -> resources.add(inbound.named(server)));
    Encoder encoder = Objects.requireNonNull(encoders.get(owner.flavour()));
    var encoded = new LinkedHashMap<Resource.Key, Encoded>();
    for (Resource resource : resources) {
      Encoded kept = known.get(resource.key());
      encoded.put(
          resource.key(),
          kept != null && kept.resource().equals(resource) ? kept : encode(encoder, resource));
    }
    ServedConfig config = shared.with(encoded.values().stream().map(Encoded::served).toList());
    own.put(owner, new Own(inbound, encoded, shared, config));
    return config;
  }

  private ServedConfig shared(NodeView view) {
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
    ServedConfig config =
        before.config().next(revision, registry.settled(), changes, strangers(view, encoder));
    made.put(view, new Made(now, revision, registry.settled(), config, encoded));
    return config;
  }

  private ServedConfig.Strangers strangers(NodeView view, Encoder encoder) {
    Compilation compilation = resources.compilation();
    return name ->
        compilation
            .refusing(view, name)
            .map(listener -> encode(encoder, listener).served())
            .orElse(null);
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
    return new Encoded(resource, ServedResource.of(resource, message));
  }

  @Override
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }
}
