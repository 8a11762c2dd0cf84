package io.inmesh.runtime.route;

import io.inmesh.config.RouteMatch;
import io.inmesh.config.RouteMatch.PathMatch;
import io.inmesh.runtime.match.MatchTest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds the routes whose path criterion can match, in their order, without looking at the others: a
 * radix tree over exact paths and prefixes, each node holding the routes that a path ending there,
 * or going on from there, can match. Other criteria (regular expressions, any case) stand in a
 * second list that is merged while reading. Where the path alone decides, the node has the route
 * itself. Immutable.
 */
final class RouteIndex<R> {
  private static final int[] NONE = {};

  private final Node<R> root;

  /** Routes that no tree can find, in order. */
  final int[] others;

  /**
   * The routes for a path that ends at a node, or goes on from there otherwise than its children.
   */
  static final class Found<R> {
    /** The first of them, if no condition but the path can keep it from being taken. */
    final @Nullable R sure;

    /** All of them, in order. */
    final int[] candidates;

    Found(@Nullable R sure, int[] candidates) {
      this.sure = sure;
      this.candidates = candidates;
    }
  }

  /** A node's routes are complete: those of all prefixes above it are among them. */
  private static final class Node<R> {
    private static final int WIDEST = 64;

    final String label;

    /** Of the label; one char is known to be the same when the node is found. */
    final int length;

    final Found<R> here;
    final Found<R> below;

    /**
     * By first char: all from the least to the greatest if they lie close, else only those there
     * are.
     */
    private final @Nullable Node<R>[] children;

    private final char least;
    private final boolean dense;

    Node(String label, List<Node<R>> sorted, Found<R> here, Found<R> below) {
      this.label = label;
      this.length = label.length();
      this.here = here;
      this.below = below;
      int count = sorted.size();
      least = count == 0 ? 0 : sorted.get(0).label.charAt(0);
      int span = count == 0 ? 0 : sorted.get(count - 1).label.charAt(0) - least + 1;
      dense = span <= WIDEST;
      children = nodes(dense ? span : count);
      for (int i = 0; i < count; i++) {
        children[dense ? sorted.get(i).label.charAt(0) - least : i] = sorted.get(i);
      }
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // Arrays know no type parameters.
    private static <R> @Nullable Node<R>[] nodes(int count) {
      return new Node[count];
    }

    @Nullable Node<R> child(char first) {
      if (dense) {
        int at = first - least;
        return at >= 0 && at < children.length ? children[at] : null;
      }
      int low = 0;
      int high = children.length - 1;
      while (low <= high) {
        int middle = (low + high) >>> 1;
        Node<R> child = children[middle];
        int difference = child == null ? 0 : child.label.charAt(0) - first;
        if (difference == 0) {
          return child;
        }
        if (difference < 0) {
          low = middle + 1;
        } else {
          high = middle - 1;
        }
      }
      return null;
    }
  }

  /** The routes of one key while the tree is built. */
  private static final class Key {
    final List<Integer> exact = new ArrayList<>();
    final List<Integer> prefix = new ArrayList<>();
  }

  RouteIndex(List<R> routes, Function<R, MatchTest> match) {
    var keys = new TreeMap<String, Key>();
    var rest = new ArrayList<Integer>();
    for (int i = 0; i < routes.size(); i++) {
      if (!place(match.apply(routes.get(i)).config.path(), i, keys)) {
        rest.add(i);
      }
    }
    var builder =
        new Builder<>(routes, match, keys, rest.isEmpty() ? Integer.MAX_VALUE : rest.get(0));
    Node<R> tree = builder.node(0, keys.size(), 0, 0, NONE);
    if (builder.size > 64L * routes.size() + 1024) {
      // Prefixes within prefixes within prefixes: the lists would grow with the square.
      tree = builder.node(0, 0, 0, 0, NONE);
      rest.clear();
      for (int i = 0; i < routes.size(); i++) {
        rest.add(i);
      }
    }
    this.root = tree;
    this.others = rest.stream().mapToInt(Integer::intValue).toArray();
  }

  private static boolean place(PathMatch match, int route, Map<String, Key> keys) {
    if (match instanceof RouteMatch.Exact exact && exact.caseSensitive()) {
      place(exact.path(), keys, key -> key.exact.add(route));
    } else if (match instanceof RouteMatch.Prefix prefix && prefix.caseSensitive()) {
      place(prefix.prefix(), keys, key -> key.prefix.add(route));
    } else if (match instanceof RouteMatch.PathSeparatedPrefix prefix && prefix.caseSensitive()) {
      place(prefix.prefix(), keys, key -> key.exact.add(route));
      place(prefix.prefix() + "/", keys, key -> key.prefix.add(route));
    } else {
      return false;
    }
    return true;
  }

  /** A text that goes beyond a path fits none, and the search relies on meeting none. */
  private static void place(String text, Map<String, Key> keys, Consumer<Key> route) {
    if (text.indexOf('?') < 0 && text.indexOf('#') < 0) {
      route.accept(keys.computeIfAbsent(text, absent -> new Key()));
    }
  }

  /** What there is for a path, up to its query or fragment. */
  Found<R> find(String path) {
    return find(path, path.length());
  }

  /** What there is for the first {@code end} chars of a path, up to its query or fragment. */
  Found<R> find(String path, int end) {
    Node<R> node = root;
    int at = 0;
    while (at < end) {
      char first = path.charAt(at);
      if (first == '?' || first == '#') {
        return node.here;
      }
      Node<R> next = node.child(first);
      if (next == null) {
        return node.below;
      }
      int after = at + next.length;
      if (next.length > 1 && (after > end || !path.startsWith(next.label, at))) {
        return node.below;
      }
      at = after;
      node = next;
    }
    return node.here;
  }

  /** Builds nodes over the sorted keys. */
  private static final class Builder<R> {
    private final List<R> routes;
    private final Function<R, MatchTest> match;
    private final List<String> sorted;
    private final Map<String, Key> keys;

    /** The first route that is not in the tree. */
    private final int other;

    long size;

    Builder(List<R> routes, Function<R, MatchTest> match, Map<String, Key> keys, int other) {
      this.routes = routes;
      this.match = match;
      this.sorted = List.copyOf(keys.keySet());
      this.keys = keys;
      this.other = other;
    }

    /**
     * A node for the keys from {@code from} to {@code to}, which share their first {@code depth}
     * chars, of which those after {@code start} are its label.
     */
    Node<R> node(int from, int to, int start, int depth, int[] above) {
      int next = from;
      int[] below = above;
      int[] here = above;
      String label = from < to ? sorted.get(from).substring(start, depth) : "";
      if (from < to && sorted.get(from).length() == depth) {
        Key key = Objects.requireNonNull(keys.get(sorted.get(from)));
        below = merge(above, key.prefix);
        here = merge(below, key.exact);
        next++;
      }
      size += here.length + below.length;
      var children = new ArrayList<Node<R>>();
      while (next < to) {
        char c = sorted.get(next).charAt(depth);
        int last = next;
        while (last < to && sorted.get(last).charAt(depth) == c) {
          last++;
        }
        children.add(node(next, last, depth, common(next, last, depth), below));
        next = last;
      }
      Found<R> others = found(below);
      return new Node<>(label, children, here == below ? others : found(here), others);
    }

    private Found<R> found(int[] candidates) {
      boolean sure =
          candidates.length > 0
              && candidates[0] < other
              && match.apply(routes.get(candidates[0])).pathOnly();
      return new Found<>(sure ? routes.get(candidates[0]) : null, candidates);
    }

    /** How many chars the keys share; the first and the last of sorted keys tell. */
    private int common(int from, int to, int depth) {
      String first = sorted.get(from);
      String last = sorted.get(to - 1);
      int end = Math.min(first.length(), last.length());
      int at = depth;
      while (at < end && first.charAt(at) == last.charAt(at)) {
        at++;
      }
      return at;
    }

    /** In order, cut after the first route that takes every call whose path matches. */
    private int[] merge(int[] list, List<Integer> more) {
      if (more.isEmpty()) {
        return list;
      }
      int[] all = Arrays.copyOf(list, list.length + more.size());
      for (int i = 0; i < more.size(); i++) {
        all[list.length + i] = more.get(i);
      }
      Arrays.sort(all);
      for (int i = 0; i < all.length; i++) {
        if (match.apply(routes.get(all[i])).pathOnly()) {
          return Arrays.copyOf(all, i + 1);
        }
      }
      return all;
    }
  }
}
