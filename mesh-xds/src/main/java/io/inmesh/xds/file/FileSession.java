package io.inmesh.xds.file;

import io.inmesh.config.Resource;
import io.inmesh.loop.EventLoop;
import io.inmesh.loop.Timer;
import io.inmesh.plane.ConfigPlane.Events;
import io.inmesh.plane.ConfigPlane.Rejection;
import io.inmesh.plane.ConfigPlane.Session;
import io.inmesh.plane.ConfigPlane.Status;
import io.inmesh.plane.PlaneContext;
import io.inmesh.xds.ads.PerType;
import io.inmesh.xds.ads.ResourceDecoder;
import io.inmesh.xds.ads.ResourceDecoder.Accepted;
import io.inmesh.xds.ads.ResourceDecoder.Decoded;
import io.inmesh.xds.ads.ResourceDecoder.Refused;
import io.inmesh.xds.json.ProtoJson;
import io.inmesh.xds.json.ProtoJsonException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the files of a directory say. Owner: the config loop. */
final class FileSession extends Timer implements Session {
  private final Path directory;
  private final ResourceDecoder decoder;
  private final ProtoJson json;
  private final EventLoop loop;
  private final Events events;
  private final PerType<State> states;
  private Set<Resource.Key> wanted = Set.of();
  private boolean closed;
  private volatile Status status;

  /** Of one type. */
  private static final class State {
    final TypeFile file;
    Map<String, Resource> known = Map.of();
    String error = "";
    String revision = "";

    State(TypeFile file) {
      this.file = file;
    }
  }

  FileSession(Path directory, ResourceDecoder decoder, ProtoJson json, PlaneContext context) {
    this.directory = directory;
    this.decoder = decoder;
    this.json = json;
    this.loop = context.configLoop();
    this.events = context.events();
    this.states = new PerType<>(type -> new State(new TypeFile(directory, type)));
    this.status = new Status(false, directory.toString(), "");
  }

  void start() {
    if (!closed) {
      onTimer();
    }
  }

  @Override
  protected void onTimer() {
    for (Resource.Type type : Resource.Type.values()) {
      look(type, states.of(type));
    }
    tell();
    if (!closed) {
      loop.arm(this, loop.nanoTime() + FilePlane.PERIOD.toNanos());
    }
  }

  private void tell() {
    var errors = new ArrayList<String>();
    states.forEach(state -> errors.add(state.error));
    errors.removeIf(String::isEmpty);
    Status now = new Status(errors.isEmpty(), directory.toString(), String.join("; ", errors));
    if (!now.equals(status)) {
      status = now;
      events.status(now);
    }
  }

  private void look(Resource.Type type, State state) {
    try {
      String text = state.file.changed();
      if (text != null) {
        state.error = "";
        read(type, state, text);
      }
    } catch (IOException | ProtoJsonException unusable) {
      state.error = state.file.path() + ": " + unusable.getMessage();
    }
  }

  private void read(Resource.Type type, State state, String text) throws IOException {
    if (!(ProtoJson.parse(text) instanceof Map<?, ?> response)) {
      throw new IOException("not a DiscoveryResponse");
    }
    Object resources = response.get("resources");
    if (!(resources instanceof List<?> list)) {
      throw new IOException("resources: must be a list");
    }
    var next = new LinkedHashMap<String, Resource>();
    for (Object each : list) {
      Resource resource = decode(type, state, each);
      if (resource != null) {
        Resource before = state.known.get(resource.name());
        next.put(resource.name(), resource.equals(before) ? before : resource);
      }
    }
    Object version =
        response.containsKey("versionInfo")
            ? response.get("versionInfo")
            : response.get("version_info");
    state.revision = version instanceof String told ? told : "";
    Map<String, Resource> before = state.known;
    state.known = next;
    var names = new HashSet<>(before.keySet());
    names.addAll(next.keySet());
    names.removeIf(name -> before.get(name) == next.get(name));
    send(type, state, names);
  }

  /** One that cannot be used stays what it was. */
  private @Nullable Resource decode(Resource.Type type, State state, @Nullable Object value) {
    Decoded decoded = decoder.decode(type, json.resource(type, value).toByteString());
    if (decoded instanceof Accepted accepted) {
      Resource.Key key = accepted.resource().key();
      if (wants(key)) {
        events.unsupported(key, accepted.unsupported());
      }
      return accepted.resource();
    }
    var refused = (Refused) decoded;
    events.rejected(
        new Rejection(type, refused.name(), state.file.path() + ": " + refused.reason()));
    return state.known.get(refused.name());
  }

  private boolean wants(Resource.Key key) {
    return wanted.contains(key) || wanted.contains(new Resource.Key(key.type(), Resource.Key.ANY));
  }

  /** What the file leaves out does not exist. */
  private void send(Resource.Type type, State state, Set<String> names) {
    Map<Resource.Key, Optional<Resource>> update = new LinkedHashMap<>();
    for (String name : names) {
      var key = new Resource.Key(type, name);
      if (wants(key)) {
        update.put(key, Optional.ofNullable(state.known.get(name)));
      }
    }
    if (!update.isEmpty()) {
      events.changed(update, state.revision);
    }
  }

  @Override
  public void want(Set<Resource.Key> names) {
    var fresh = new HashSet<>(names);
    fresh.removeAll(wanted);
    wanted = names;
    loop.execute(() -> answer(fresh));
  }

  private void answer(Set<Resource.Key> fresh) {
    for (Resource.Type type : Resource.Type.values()) {
      State state = states.of(type);
      var names = new HashSet<String>();
      for (Resource.Key key : fresh) {
        if (key.type() == type && key.name().equals(Resource.Key.ANY)) {
          names.addAll(state.known.keySet());
        } else if (key.type() == type) {
          names.add(key.name());
        }
      }
      if (!closed && !names.isEmpty()) {
        send(type, state, names);
      }
    }
  }

  @Override
  public Status status() {
    return status;
  }

  @Override
  public void close() {
    closed = true;
    disarm();
  }
}
