package io.inmesh.benchmarks.micro;

import java.util.NavigableMap;
import java.util.TreeMap;

/** The longest prefix and nothing else: what a route match is measured against. */
final class RadixTree {
  private final Node root = new Node("");

  private static final class Node {
    private final String label;
    private int value = -1;
    private char[] keys = {};
    private Node[] children = {};

    Node(String label) {
      this.label = label;
    }

    private void adopt(NavigableMap<Character, Node> all) {
      keys = new char[all.size()];
      children = new Node[all.size()];
      int at = 0;
      for (var entry : all.entrySet()) {
        keys[at] = entry.getKey();
        children[at++] = entry.getValue();
      }
    }

    private NavigableMap<Character, Node> byKey() {
      var all = new TreeMap<Character, Node>();
      for (int i = 0; i < keys.length; i++) {
        all.put(keys[i], children[i]);
      }
      return all;
    }
  }

  void add(String prefix, int value) {
    add(root, prefix, value);
  }

  private static void add(Node node, String rest, int value) {
    if (rest.isEmpty()) {
      node.value = value;
      return;
    }
    NavigableMap<Character, Node> children = node.byKey();
    Node child = children.get(rest.charAt(0));
    if (child == null) {
      var leaf = new Node(rest);
      leaf.value = value;
      children.put(rest.charAt(0), leaf);
      node.adopt(children);
      return;
    }
    int common = 0;
    while (common < child.label.length()
        && common < rest.length()
        && child.label.charAt(common) == rest.charAt(common)) {
      common++;
    }
    if (common < child.label.length()) {
      child = split(child, common);
      children.put(rest.charAt(0), child);
      node.adopt(children);
    }
    add(child, rest.substring(common), value);
  }

  private static Node split(Node node, int at) {
    var upper = new Node(node.label.substring(0, at));
    var lower = new Node(node.label.substring(at));
    lower.value = node.value;
    lower.keys = node.keys;
    lower.children = node.children;
    var only = new TreeMap<Character, Node>();
    only.put(lower.label.charAt(0), lower);
    upper.adopt(only);
    return upper;
  }

  int find(String path) {
    Node node = root;
    int best = node.value;
    int at = 0;
    while (at < path.length()) {
      Node child = child(node, path.charAt(at));
      if (child == null || !path.startsWith(child.label, at)) {
        return best;
      }
      at += child.label.length();
      best = child.value >= 0 ? child.value : best;
      node = child;
    }
    return best;
  }

  private static Node child(Node node, char key) {
    for (int i = 0; i < node.keys.length; i++) {
      if (node.keys[i] == key) {
        return node.children[i];
      }
    }
    return null;
  }
}
