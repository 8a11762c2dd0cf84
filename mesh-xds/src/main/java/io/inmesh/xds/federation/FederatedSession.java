package io.inmesh.xds.federation;

import io.inmesh.config.Node;
import io.inmesh.config.Resource;
import io.inmesh.plane.ConfigPlane;
import io.inmesh.plane.ConfigPlane.Events;
import io.inmesh.plane.ConfigPlane.Rejection;
import io.inmesh.plane.ConfigPlane.Session;
import io.inmesh.plane.ConfigPlane.Status;
import io.inmesh.plane.LoadSource;
import io.inmesh.plane.PlaneContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The sessions of all planes that are needed now. Owner: the config loop. */
final class FederatedSession implements Session {
  private final Map<String, ConfigPlane> authorities;
  private final PlaneContext context;
  private final Part main;
  private final Map<String, Part> parts = new LinkedHashMap<>();

  /** Names that no plane can be asked for, and of which that was said. */
  private Set<Resource.Key> hopeless = Set.of();

  private Node node;
  private boolean closed;
  private volatile Status status;

  FederatedSession(ConfigPlane main, Map<String, ConfigPlane> authorities, PlaneContext context) {
    this.authorities = authorities;
    this.context = context;
    this.node = context.node();
    this.status = new Status(false, "", "");
    this.main = new Part(context.loads());
    this.main.session = main.open(this.main.context());
    this.status = this.main.opened().status();
  }

  /** One plane: what was asked of it, under which names. */
  private final class Part implements Events {
    private final Map<Resource.Key, List<Resource.Key>> asked = new HashMap<>();
    private final Set<Resource.Key> leaving = new HashSet<>();
    private final LoadSource loads;
    private @Nullable Session session;
    private Status last = new Status(false, "", "");
    private boolean over;

    Part(LoadSource loads) {
      this.loads = loads;
    }

    PlaneContext context() {
      return new PlaneContext(node, context.configLoop(), context.secrets(), this, loads);
    }

    Session opened() {
      Session known = session;
      if (known == null) {
        throw new IllegalStateException("not opened");
      }
      return known;
    }

    void clear() {
      asked.clear();
      leaving.clear();
    }

    void add(Resource.Key asIs, Resource.Key canonical, boolean leaves) {
      asked.computeIfAbsent(canonical, absent -> new ArrayList<>()).add(asIs);
      if (leaves) {
        leaving.add(canonical);
      }
    }

    void want() {
      opened().want(Set.copyOf(asked.keySet()), Set.copyOf(leaving));
    }

    private List<Resource.Key> names(Resource.Key canonical) {
      return asked.getOrDefault(canonical, List.of(canonical));
    }

    @Override
    public void changed(Map<Resource.Key, Optional<Resource>> update, String revision) {
      if (!over) {
        var all = new LinkedHashMap<Resource.Key, Optional<Resource>>();
        update.forEach((key, value) -> names(key).forEach(name -> all.put(name, value)));
        FederatedSession.this.context.events().changed(all, revision);
      }
    }

    @Override
    public void rejected(Rejection rejection) {
      for (Resource.Key key : names(new Resource.Key(rejection.type(), rejection.name()))) {
        FederatedSession.this
            .context
            .events()
            .rejected(new Rejection(key.type(), key.name(), rejection.reason()));
      }
    }

    @Override
    public void unsupported(Resource.Key key, List<String> fields) {
      for (Resource.Key name : names(key)) {
        FederatedSession.this.context.events().unsupported(name, fields);
      }
    }

    @Override
    public void status(Status now) {
      if (!over) {
        last = now;
        tell();
      }
    }

    void close() {
      over = true;
      opened().close();
    }
  }

  /** Connected if all are; otherwise what is wrong with the first that is not. */
  private void tell() {
    Status now = main.last;
    for (Part part : parts.values()) {
      now = now.connected() && !part.last.connected() ? part.last : now;
    }
    if (!now.equals(status)) {
      status = now;
      context.events().status(now);
    }
  }

  @Override
  public void want(Set<Resource.Key> names) {
    want(names, Set.of());
  }

  @Override
  public void want(Set<Resource.Key> names, Set<Resource.Key> leaving) {
    main.clear();
    parts.values().forEach(Part::clear);
    var unknown = new LinkedHashMap<Resource.Key, String>();
    for (Resource.Key key : names) {
      boolean leaves = leaving.contains(key);
      if (!FederatedName.is(key.name())) {
        main.add(key, key, leaves);
        continue;
      }
      FederatedName name = FederatedName.parse(key.name());
      String problem = problem(key, name);
      if (name == null || !problem.isEmpty()) {
        unknown.put(key, problem);
      } else {
        part(name.authority()).add(key, new Resource.Key(key.type(), name.canonical()), leaves);
      }
    }
    main.want();
    for (Map.Entry<String, Part> entry : Map.copyOf(parts).entrySet()) {
      if (entry.getValue().asked.isEmpty()) {
        entry.getValue().close();
        parts.remove(entry.getKey());
      } else {
        entry.getValue().want();
      }
    }
    tell();
    context.configLoop().execute(() -> deny(unknown));
  }

  private String problem(Resource.Key key, @Nullable FederatedName name) {
    if (name == null) {
      return "its name is malformed";
    }
    if (!authorities.containsKey(name.authority())) {
      return "there is no control plane for the authority \"" + name.authority() + "\"";
    }
    return name.type().equals(key.type().message())
        ? ""
        : "its name is of a " + name.type() + ", not of a " + key.type().message();
  }

  private Part part(String authority) {
    Part known = parts.get(authority);
    if (known == null) {
      ConfigPlane plane = authorities.get(authority);
      if (plane == null) {
        throw new IllegalStateException(authority);
      }
      // Loads are counted once, and told to one plane.
      known = new Part(LoadSource.NONE);
      known.session = plane.open(known.context());
      known.last = known.opened().status();
      parts.put(authority, known);
    }
    return known;
  }

  /** No plane can be asked for these. Said once, as long as they are wanted. */
  private void deny(Map<Resource.Key, String> names) {
    var update = new LinkedHashMap<Resource.Key, Optional<Resource>>();
    names.forEach(
        (key, problem) -> {
          if (!closed && !hopeless.contains(key)) {
            context.events().rejected(new Rejection(key.type(), key.name(), problem));
            update.put(key, Optional.empty());
          }
        });
    hopeless = names.keySet();
    if (!update.isEmpty()) {
      context.events().changed(update, "");
    }
  }

  @Override
  public void node(Node changed) {
    node = changed;
    main.opened().node(changed);
    parts.values().forEach(part -> part.opened().node(changed));
  }

  @Override
  public Status status() {
    return status;
  }

  @Override
  public void close() {
    closed = true;
    main.close();
    parts.values().forEach(Part::close);
    parts.clear();
  }
}
