package io.inmesh.cli.replay;

import io.inmesh.config.Resource;
import io.inmesh.plane.ConfigPlane;
import io.inmesh.plane.PlaneContext;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A plane that has what it was given, answers at once, and knows nothing else. */
final class ReplayPlane implements ConfigPlane {
  private final Map<Resource.Key, Resource> known = new HashMap<>();

  void put(Resource resource) {
    known.put(resource.key(), resource);
  }

  @Override
  public Session open(PlaneContext context) {
    return new Session() {
      private Set<Resource.Key> sent = Set.of();

      @Override
      public void want(Set<Resource.Key> names) {
        var update = new HashMap<Resource.Key, Optional<Resource>>();
        for (Resource.Key name : names) {
          if (!sent.contains(name)) {
            update.put(name, Optional.ofNullable(known.get(name)));
          }
        }
        sent = new HashSet<>(names);
        if (!update.isEmpty()) {
          context.configLoop().execute(() -> context.events().changed(update, "replay"));
        }
      }

      @Override
      public Status status() {
        return new Status(true, "replay", "");
      }

      @Override
      public void close() {}
    };
  }
}
