package io.inmesh.runtime.resolve;

import io.inmesh.config.Resource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The whole answer from scratch: the definition of {@link Resolution}, and its oracle in tests. */
public final class FullWalk {
  private final Map<Resource.Key, Optional<Resource>> known;
  private final Map<Resource.Key, Resource> before;
  private final Map<Resource.Key, Resource> served = new HashMap<>();
  private final Set<Resource.Key> needed = new HashSet<>();

  private FullWalk(
      Map<Resource.Key, Optional<Resource>> known, Map<Resource.Key, Resource> before) {
    this.known = known;
    this.before = before;
  }

  /**
   * The answer.
   *
   * @param served what calls use now
   * @param needed all that the roots depend on, known or not
   */
  public record Result(Map<Resource.Key, Resource> served, Set<Resource.Key> needed) {}

  /**
   * Walks from the roots.
   *
   * @param known the latest form of each resource; an empty value says that it does not exist
   * @param before what was served until now
   */
  public static Result of(
      Map<Resource.Key, Optional<Resource>> known,
      Set<Resource.Key> roots,
      Map<Resource.Key, Resource> before) {
    var walk = new FullWalk(known, before);
    roots.forEach(walk::ready);
    return new Result(walk.served, walk.needed);
  }

  private boolean ready(Resource.Key key) {
    Optional<Resource> latest = known.get(key);
    if (needed.add(key)) {
      boolean complete = latest != null;
      if (latest != null && latest.isPresent()) {
        for (Resource.Key child : latest.get().references()) {
          complete &= ready(child);
        }
        latest.get().watches().forEach(this::ready);
      }
      Resource now = form(key, complete);
      if (now != null) {
        served.put(key, now);
        now.references().forEach(this::ready);
        now.watches().forEach(this::ready);
      }
    }
    return served.containsKey(key) || (latest != null && latest.isEmpty());
  }

  private @Nullable Resource form(Resource.Key key, boolean complete) {
    Optional<Resource> latest = known.get(key);
    return latest != null && complete ? latest.orElse(null) : before.get(key);
  }
}
