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
import org.jspecify.annotations.Nullable;

/**
 * Finds the routes whose path criterion can match, in their order, without looking at the others: a
 * radix tree over exact paths and prefixes, each node holding the routes that a path ending there,
 * or going on from there, can match. Other criteria (regular expressions, any case) stand in a
 * second list that is merged while reading. Immutable.
 */
final class RouteIndex {
  private static final int[] NONE = {};

  private final Node root;

  /** Routes that no tree can find, in order. */
  final int[] others;

  /** A node's lists are complete: all prefixes above it are in them. */
  private static final class Node {
    private static final int WIDEST = 64;

    final String label;
    final int[] here;
    final int[] below;

    /**
     * By first char: all from the least to the greatest if they lie close, else only those there
     * are.
     */
    private final @Nullable Node[] children;

    private final char least;
    private final boolean dense;

    Node(String label, List<Node> sorted, int[] here, int[] below) {
      this.label = label;
      this.here = here;
      this.below = below;
      int count = sorted.size();
      least = count == 0 ? 0 : sorted.get(0).label.charAt(0);
      int span = count == 0 ? 0 : sorted.get(count - 1).label.charAt(0) - least + 1;
      dense = span <= WIDEST;
      if (dense) {
        children = new Node[span];
        sorted.forEach(child -> children[child.label.charAt(0) - least] = child);
      } else {
        children = sorted.toArray(Node[]::new);
      }
    }

    @Nullable Node child(char first) {
      if (dense) {
        int at = first - least;
        return at >= 0 && at < children.length ? children[at] : null;
      }
      int low = 0;
      int high = children.length - 1;
      while (low <= high) {
        int middle = (low + high) >>> 1;
        Node child = children[middle];
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

  RouteIndex(List<MatchTest> routes) {
    var keys = new TreeMap<String, Key>();
    var rest = new ArrayList<Integer>();
    for (int i = 0; i < routes.size(); i++) {
      if (!place(routes.get(i).config.path(), i, keys)) {
        rest.add(i);
      }
    }
    var builder = new Builder(routes, new ArrayList<>(keys.keySet()), keys);
    Node tree = builder.node(0, keys.size(), 0, 0, NONE);
    if (builder.size > 64L * routes.size() + 1024) {
      // Prefixes within prefixes within prefixes: the lists would grow with the square.
      tree = new Node("", List.of(), NONE, NONE);
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
      keys.computeIfAbsent(exact.path(), path -> new Key()).exact.add(route);
    } else if (match instanceof RouteMatch.Prefix prefix && prefix.caseSensitive()) {
      keys.computeIfAbsent(prefix.prefix(), path -> new Key()).prefix.add(route);
    } else if (match instanceof RouteMatch.PathSeparatedPrefix prefix && prefix.caseSensitive()) {
      keys.computeIfAbsent(prefix.prefix(), path -> new Key()).exact.add(route);
      keys.computeIfAbsent(prefix.prefix() + "/", path -> new Key()).prefix.add(route);
    } else {
      return false;
    }
    return true;
  }

  /** The routes of the tree whose path criterion a path fulfils, in order. */
  int[] candidates(String path, int end) {
    Node node = root;
    int at = 0;
    while (true) {
      if (at == end) {
        return node.here;
      }
      Node next = node.child(path.charAt(at));
      if (next == null || at + next.label.length() > end || !path.startsWith(next.label, at)) {
        return node.below;
      }
      at += next.label.length();
      node = next;
    }
  }

  /** Builds nodes over the sorted keys. */
  private static final class Builder {
    private final List<MatchTest> routes;
    private final List<String> sorted;
    private final Map<String, Key> keys;
    long size;

    Builder(List<MatchTest> routes, List<String> sorted, Map<String, Key> keys) {
      this.routes = routes;
      this.sorted = sorted;
      this.keys = keys;
    }

    /**
     * A node for the keys from {@code from} to {@code to}, which share their first {@code depth}
     * chars, of which those after {@code start} are its label.
     */
    Node node(int from, int to, int start, int depth, int[] above) {
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
      var children = new ArrayList<Node>();
      while (next < to) {
        char c = sorted.get(next).charAt(depth);
        int last = next;
        while (last < to && sorted.get(last).charAt(depth) == c) {
          last++;
        }
        children.add(node(next, last, depth, common(next, last, depth), below));
        next = last;
      }
      return new Node(label, children, here, below);
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
        if (routes.get(all[i]).pathOnly()) {
          return Arrays.copyOf(all, i + 1);
        }
      }
      return all;
    }
  }
}
