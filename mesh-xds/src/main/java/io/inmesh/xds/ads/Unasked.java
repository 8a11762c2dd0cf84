package io.inmesh.xds.ads;

import io.inmesh.xds.ads.Delivery.Item;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Resources of one type that a delta plane has sent before anybody asked for them. Some planes send
 * all they have, and take what they have sent for known: they do not send it again when it is asked
 * for. The oldest are let go first. Owner: the config loop.
 */
final class Unasked {
  /** In resources. */
  static final int MOST = 1_000;

  /** In bytes of their messages. */
  static final long MOST_BYTES = 8L << 20;

  private final Map<String, Item> items = new LinkedHashMap<>();
  private long bytes;

  /** Keeps of a response what is not asked for, and lets go what the plane takes back. */
  void note(Delivery delivery, Subscription subscription) {
    delivery.removed().forEach(this::remove);
    for (Item item : delivery.items()) {
      if (!item.name().isEmpty() && !subscription.wants(item.name()) && item.message() != null) {
        remove(item.name());
        items.put(item.name(), item);
        bytes += size(item);
      }
    }
    for (Iterator<Item> oldest = items.values().iterator();
        oldest.hasNext() && (items.size() > MOST || bytes > MOST_BYTES); ) {
      bytes -= size(oldest.next());
      oldest.remove();
    }
  }

  /** What is asked for by now; it is no longer here afterwards. */
  List<Item> take(Subscription subscription) {
    if (items.isEmpty()) {
      return List.of();
    }
    var wanted = new ArrayList<Item>();
    for (String name : List.copyOf(items.keySet())) {
      if (subscription.wants(name)) {
        wanted.add(items.get(name));
        remove(name);
      }
    }
    return wanted;
  }

  /** The plane has gone, and with it what it took for known. */
  void clear() {
    items.clear();
    bytes = 0;
  }

  private void remove(String name) {
    Item before = items.remove(name);
    if (before != null) {
      bytes -= size(before);
    }
  }

  private static long size(Item item) {
    return item.message() == null ? 0 : item.message().size();
  }
}
