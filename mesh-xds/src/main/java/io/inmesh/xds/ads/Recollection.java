package io.inmesh.xds.ads;

import io.inmesh.config.Resource;
import io.inmesh.plane.ConfigPlane;
import io.inmesh.plane.ConfigPlane.Events;
import io.inmesh.xds.ads.ResourceDecoder.Accepted;
import io.inmesh.xds.ads.ResourceDecoder.Decoded;
import io.inmesh.xds.ads.ResourceDecoder.Refused;
import io.inmesh.xds.ads.ResourceMemory.Kept;
import io.inmesh.xds.ads.ResourceMemory.Recalled;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Resources of an earlier run, until they are wanted or the plane has answered. Owner: the config
 * loop.
 */
final class Recollection {
  private static final System.Logger LOG = System.getLogger("io.inmesh.xds");

  private final ResourceDecoder decoder;
  private final ResourceMemory memory;
  private final PerType<Map<String, Kept>> waiting = new PerType<>(type -> new LinkedHashMap<>());
  private final String revision;
  private final boolean there;

  Recollection(ResourceMemory memory, ResourceDecoder decoder) {
    this.decoder = decoder;
    this.memory = memory;
    Recalled recalled = memory.recall();
    recalled
        .resources()
        .forEach(kept -> waiting.of(kept.key().type()).put(kept.key().name(), kept));
    this.there = !recalled.resources().isEmpty();
    this.revision = ConfigPlane.FROM_DISK + recalled.revision();
  }

  /** Whether an earlier run has left anything. */
  boolean isThere() {
    return there;
  }

  /** What a revision from disk is called. */
  String revision() {
    return revision;
  }

  /** Takes up what is wanted of a type, unless the plane has spoken about that type. */
  Map<Resource.Key, Optional<Resource>> recall(Subscription subscription, Events events) {
    Map<Resource.Key, Optional<Resource>> update = new LinkedHashMap<>();
    Map<String, Kept> ofType = waiting.of(subscription.type());
    if (ofType.isEmpty() || subscription.isEmpty() || subscription.answered()) {
      return update;
    }
    Set<String> names =
        Set.copyOf(subscription.wildcard() ? ofType.keySet() : subscription.names());
    for (String name : names) {
      Kept kept = ofType.remove(name);
      Held held = kept == null ? null : decode(kept);
      if (held != null) {
        Resource.Key key = held.resource().key();
        subscription.recall(held);
        update.put(key, Optional.of(held.resource()));
        if (!held.unsupported().isEmpty()) {
          events.unsupported(key, held.unsupported());
        }
      }
    }
    return update;
  }

  private @Nullable Held decode(Kept kept) {
    String reason;
    try {
      Decoded decoded = decoder.decode(kept.key().type(), kept.message());
      if (decoded instanceof Accepted accepted && accepted.resource().key().equals(kept.key())) {
        return new Held(
            accepted.resource(),
            Fingerprint.of(kept.message()),
            kept.version(),
            accepted.unsupported());
      }
      reason = decoded instanceof Refused refused ? refused.reason() : "it has another name";
    } catch (RuntimeException broken) {
      reason = broken.toString();
    }
    LOG.log(Level.WARNING, "{0} of an earlier run is passed over: {1}", kept.key(), reason);
    memory.forget(kept.key());
    return null;
  }
}
