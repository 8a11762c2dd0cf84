package io.inmesh.xds.ads;

import com.google.protobuf.ByteString;
import io.inmesh.config.DiscoveredHost;
import io.inmesh.config.Resource;
import io.inmesh.plane.ConfigPlane.Events;
import io.inmesh.plane.ConfigPlane.Rejection;
import io.inmesh.xds.ads.Delivery.Item;
import io.inmesh.xds.ads.Delivery.Trouble;
import io.inmesh.xds.ads.ResourceDecoder.Accepted;
import io.inmesh.xds.ads.ResourceDecoder.Decoded;
import io.inmesh.xds.ads.ResourceDecoder.Refused;
import io.inmesh.xds.ads.ResourceMemory.Kept;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes one response in: decodes what is new, finds out what is gone, and tells the events. The
 * good resources of a response are used even if others are bad. Made for one response.
 */
final class Intake {
  private static final int MAX_COMPLAINT = 4096;

  private final Subscription subscription;
  private final Delivery delivery;
  private final Surroundings around;
  private final Map<Resource.Key, Optional<Resource>> update = new LinkedHashMap<>();
  private final List<Rejection> rejections = new ArrayList<>();
  private final List<Rejection> troubles = new ArrayList<>();
  private final Map<Resource.Key, List<String>> unsupported = new LinkedHashMap<>();

  /** Names that the response spoke of, well or badly. */
  private final Set<String> present = new HashSet<>();

  private boolean namelessRejection;

  /** What an intake works with; the same for all of a session. */
  record Surroundings(
      ResourceDecoder decoder,
      ResourceMemory memory,
      Expiries expiries,
      FetchTimes times,
      Events events) {}

  private Intake(Subscription subscription, Delivery delivery, Surroundings around) {
    this.subscription = subscription;
    this.delivery = delivery;
    this.around = around;
  }

  /**
   * Takes a response in.
   *
   * @param whole whether it holds all of its type, so that what it leaves out is gone
   * @return what became of it
   */
  static Outcome take(
      Subscription subscription, Delivery delivery, boolean whole, Surroundings around) {
    var intake = new Intake(subscription, delivery, around);
    delivery.items().forEach(intake::item);
    delivery.removed().forEach(intake::gone);
    delivery.troubles().forEach(intake::trouble);
    if (whole && !intake.namelessRejection) {
      intake.removeAbsentees();
    }
    intake.groups();
    String complaint = intake.complaint();
    if (complaint.isEmpty()) {
      subscription.version(delivery.revision());
    }
    subscription.revision(delivery.revision());
    intake.confirm();
    return new Outcome(complaint, intake.present, intake::tell);
  }

  /**
   * What became of a response.
   *
   * @param complaint for the answer; empty if the response is accepted whole
   * @param answered the names it spoke of
   * @param tell tells the events
   */
  record Outcome(String complaint, Set<String> answered, Runnable tell) {}

  private void item(Item item) {
    if (type() == Resource.Type.VIRTUAL_HOST) {
      aliases(item);
      if (item.message() == null && item.problem().isEmpty()) {
        return;
      }
    }
    if (!item.name().isEmpty() && !subscription.wants(item.name())) {
      return;
    }
    if (!item.problem().isEmpty()) {
      reject(item.name(), item.problem());
      return;
    }
    ByteString message = item.message();
    Held known;
    if (message == null) {
      known = subscription.held(item.name());
    } else {
      Fingerprint bytes = Fingerprint.of(message);
      known = subscription.held(item.name(), bytes);
      known = known == null ? decode(item, message, bytes) : known;
    }
    if (known == null) {
      return;
    }
    String name = known.resource().name();
    if (!subscription.wants(name)) {
      return;
    }
    if (subscription.isFullFor(known)) {
      reject(name, "there are too many resources of this type already, or they are too large");
      return;
    }
    if (!present.add(name)) {
      reject(name, "it occurs twice in one response");
      return;
    }
    hold(item, known);
  }

  /** An answer to names that were asked for; without a resource, that there is none. */
  private void aliases(Item item) {
    boolean there = item.message() != null;
    if (!there && subscription.names().contains(item.name())) {
      present.add(item.name());
      gone(item.name());
    }
    for (String alias : item.aliases()) {
      if (!alias.equals(item.name()) && subscription.names().contains(alias)) {
        present.add(alias);
        if (there) {
          subscription.groups().alias(alias, item.name());
          subscription.known(alias);
        } else {
          subscription.groups().noAlias(alias);
          gone(alias);
        }
      }
    }
  }

  private @Nullable Held decode(Item item, ByteString message, Fingerprint bytes) {
    Decoded decoded;
    try {
      decoded = around.decoder().decode(type(), message);
    } catch (RuntimeException broken) {
      decoded = new Refused(item.name(), "it could not be decoded: " + broken);
    }
    if (decoded instanceof Accepted accepted) {
      Resource resource = named(accepted.resource(), item.name());
      String name = resource.name();
      if (item.name().isEmpty() || item.name().equals(name)) {
        return new Held(resource, bytes, "", accepted.unsupported());
      }
      reject(item.name(), "its name is \"" + name + "\" inside");
      return null;
    }
    Refused refused = (Refused) decoded;
    String name = item.name().isEmpty() ? refused.name() : item.name();
    if (name.isEmpty() || subscription.wants(name)) {
      reject(name, refused.reason());
    }
    return null;
  }

  /** A virtual host is known by the name of its resource, which does not stand in its message. */
  private static Resource named(Resource resource, String name) {
    return resource instanceof DiscoveredHost discovered && !name.isEmpty()
        ? new DiscoveredHost(name, discovered.host())
        : resource;
  }

  private void hold(Item item, Held resource) {
    String name = resource.resource().name();
    Resource.Key key = new Resource.Key(type(), name);
    Held before = subscription.held(name);
    Held now = resource.withVersion(item.version());
    boolean changed = before == null || before.resource() != now.resource();
    if (before != now) {
      subscription.put(now);
    }
    if (changed) {
      around.times().note(now.resource());
      update.put(key, Optional.of(now.resource()));
      List<String> said = before == null ? List.of() : before.unsupported();
      if (!said.equals(now.unsupported())) {
        unsupported.put(key, now.unsupported());
      }
    }
    if (before != now) {
      keep(key, now, item.message());
    }
    around.expiries().set(key, item.ttlNanos());
  }

  /** Without a message only its life was prolonged: what is kept stays. */
  private void keep(Resource.Key key, Held resource, @Nullable ByteString message) {
    if (PrivateKeys.in(resource.resource())) {
      around.memory().forget(key);
    } else if (message != null && type() != Resource.Type.VIRTUAL_HOST) {
      around.memory().keep(new Kept(key, resource.version(), message), delivery.revision());
    }
  }

  private void gone(String name) {
    Resource.Key key = new Resource.Key(type(), name);
    around.memory().forget(key);
    if (subscription.remove(name) != null) {
      around.expiries().set(key, 0);
      update.put(key, Optional.empty());
      if (subscription.names().contains(name)) {
        subscription.absent(name);
      }
    } else if (subscription.names().contains(name) && subscription.absent(name)) {
      update.put(key, Optional.empty());
    }
  }

  private void trouble(Trouble trouble) {
    if (!subscription.wants(trouble.name())) {
      return;
    }
    present.add(trouble.name());
    if (trouble.notFound()) {
      gone(trouble.name());
    } else {
      subscription.refused(trouble.name());
      troubles.add(new Rejection(type(), trouble.name(), trouble.reason()));
    }
  }

  /** Listeners and clusters that a whole response leaves out do not exist (any more). */
  private void removeAbsentees() {
    if (type() != Resource.Type.LISTENER && type() != Resource.Type.CLUSTER) {
      return;
    }
    var absentees = new ArrayList<String>();
    for (String name : subscription.held().keySet()) {
      if (!present.contains(name) && !subscription.omitted().contains(name)) {
        absentees.add(name);
      }
    }
    for (String name : subscription.names()) {
      if (!present.contains(name) && subscription.held(name) == null) {
        absentees.add(name);
      }
    }
    absentees.forEach(this::gone);
  }

  private void reject(String name, String reason) {
    if (name.isEmpty()) {
      namelessRejection = true;
    } else {
      present.add(name);
      subscription.refused(name);
      doWithout(name);
    }
    rejections.add(new Rejection(type(), name, reason));
  }

  /** A filter whose settings were never good has others for that case, which are due now. */
  private void doWithout(String name) {
    if (type() == Resource.Type.EXTENSION && subscription.held(name) == null) {
      update.put(new Resource.Key(type(), name), Optional.empty());
    }
  }

  private void groups() {
    subscription
        .regrouped(true)
        .forEach(
            (key, group) -> {
              present.add(key.name());
              update.put(key, group);
            });
  }

  private String complaint() {
    var text = new StringBuilder();
    for (Rejection rejection : rejections) {
      String line =
          (rejection.name().isEmpty() ? "a nameless resource" : rejection.name())
              + ": "
              + rejection.reason();
      if (text.length() + line.length() > MAX_COMPLAINT) {
        text.append("; and more");
        break;
      }
      text.append(text.isEmpty() ? type().message() + " " : "; ").append(line);
    }
    return text.toString();
  }

  /** What was recalled and is still the same now has the revision of the plane. */
  private void confirm() {
    for (String name : subscription.confirm()) {
      Held held = subscription.held(name);
      if (held != null) {
        update.putIfAbsent(new Resource.Key(type(), name), Optional.of(held.resource()));
      }
    }
  }

  private void tell() {
    rejections.forEach(around.events()::rejected);
    troubles.forEach(around.events()::rejected);
    unsupported.forEach(around.events()::unsupported);
    if (!update.isEmpty()) {
      around.events().changed(update, delivery.revision());
    }
  }

  private Resource.Type type() {
    return subscription.type();
  }
}
