package io.inmesh.runtime.route;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds what belongs to a domain: the exact name, else the longest wildcard at its front, else the
 * longest at its end, else {@code *}. A wildcard stands for at least one char. Immutable once
 * filled.
 */
final class DomainIndex<V> {
  private static final int PREFIX = 1 << 28;
  private static final int SUFFIX = 1 << 29;
  private static final int EXACT = 1 << 30;

  private final Map<String, V> exact = new HashMap<>();
  private final Wildcards<V> suffixes = new Wildcards<>(true);
  private final Wildcards<V> prefixes = new Wildcards<>(false);
  private @Nullable V any;

  /** Whether there is any domain but {@code *}. */
  private boolean named;

  /** Adds a domain in lower case; one that is known already keeps its value. */
  void add(String domain, V value) {
    named |= !domain.equals("*");
    if (domain.equals("*")) {
      any = any == null ? value : any;
    } else if (domain.startsWith("*")) {
      suffixes.add(domain.substring(1), value);
    } else if (domain.endsWith("*")) {
      prefixes.add(domain.substring(0, domain.length() - 1), value);
    } else {
      exact.putIfAbsent(domain, value);
    }
  }

  /**
   * What has exactly this domain; if there are no domains but {@code *}, what that belongs to. Null
   * says nothing: {@link #find} does.
   *
   * @param host in any case
   */
  @Nullable V atOnce(String host) {
    return named ? exact.get(host) : any;
  }

  /** Null if nothing fits. {@code host} in lower case. */
  @Nullable V find(String host) {
    V found = exact.get(host);
    if (found == null) {
      found = suffixes.longest(host);
    }
    if (found == null) {
      found = prefixes.longest(host);
    }
    return found == null ? any : found;
  }

  /**
   * How well a domain fits a host, as {@link #find} has it; 0 if it does not. Both in lower case.
   */
  static int fit(String domain, String host) {
    if (domain.equals("*")) {
      return 1;
    }
    if (domain.startsWith("*")) {
      boolean fits = host.length() >= domain.length() && host.endsWith(domain.substring(1));
      return fits ? SUFFIX + domain.length() : 0;
    }
    if (domain.endsWith("*")) {
      String start = domain.substring(0, domain.length() - 1);
      return host.length() >= domain.length() && host.startsWith(start)
          ? PREFIX + domain.length()
          : 0;
    }
    return domain.equals(host) ? EXACT : 0;
  }

  /** A tree over chars, read from the front or from the back. */
  private static final class Wildcards<V> {
    private final boolean fromEnd;
    private final Node<V> root = new Node<>();
    private boolean empty = true;

    private static final class Node<V> {
      private char[] chars = {};
      private Object[] nodes = {};
      private @Nullable V value;

      @SuppressWarnings("unchecked")
      @Nullable Node<V> next(char c) {
        for (int i = 0; i < chars.length; i++) {
          if (chars[i] == c) {
            return (Node<V>) nodes[i];
          }
        }
        return null;
      }

      Node<V> grow(char c) {
        int at = chars.length;
        chars = Arrays.copyOf(chars, at + 1);
        nodes = Arrays.copyOf(nodes, at + 1);
        chars[at] = c;
        var node = new Node<V>();
        nodes[at] = node;
        return node;
      }
    }

    Wildcards(boolean fromEnd) {
      this.fromEnd = fromEnd;
    }

    void add(String part, V value) {
      empty = false;
      Node<V> node = root;
      for (int i = 0; i < part.length(); i++) {
        char c = at(part, i);
        Node<V> next = node.next(c);
        node = next == null ? node.grow(c) : next;
      }
      if (node.value == null) {
        node.value = value;
      }
    }

    @Nullable V longest(String host) {
      if (empty) {
        return null;
      }
      V found = root.value;
      Node<V> node = root;
      for (int i = 0; i < host.length() - 1; i++) {
        node = node.next(at(host, i));
        if (node == null) {
          break;
        }
        found = node.value == null ? found : node.value;
      }
      return host.isEmpty() ? null : found;
    }

    private char at(String text, int place) {
      return text.charAt(fromEnd ? text.length() - 1 - place : place);
    }
  }
}
