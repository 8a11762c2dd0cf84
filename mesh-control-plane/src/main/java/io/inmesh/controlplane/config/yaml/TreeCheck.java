package io.inmesh.controlplane.config.yaml;

import java.util.HashSet;
import java.util.Set;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** What holds for every document: unique text keys, no recursion, known tags, bounded size. */
final class TreeCheck {
  private static final int MAX_VALUES = 1_000_000;
  private static final Set<Tag> TAGS =
      Set.of(Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.NULL, Tag.MAP, Tag.SEQ);

  private int values;

  boolean check(Value value) {
    Node node = value.node();
    if (++values > MAX_VALUES) {
      return value.refuse("aliases make more than " + MAX_VALUES + " values");
    }
    if (node.isRecursive()) {
      return value.refuse("a value holds itself through an alias");
    }
    if (!TAGS.contains(node.getTag())) {
      return value.refuse("the tag " + node.getTag() + " is not allowed");
    }
    if (node instanceof MappingNode mapping) {
      return mapping(value, mapping);
    }
    if (node instanceof SequenceNode) {
      boolean good = true;
      for (Value item : value.items()) {
        good &= values <= MAX_VALUES && check(item);
      }
      return good;
    }
    return true;
  }

  private boolean mapping(Value value, MappingNode mapping) {
    boolean good = true;
    var seen = new HashSet<String>();
    for (NodeTuple tuple : mapping.getValue()) {
      Value key = new Value(tuple.getKeyNode(), value.path(), value.document());
      if (!(tuple.getKeyNode() instanceof ScalarNode scalar)) {
        good = key.refuse("a key must be text");
      } else if (!seen.add(scalar.getValue())) {
        good = key.refuse("the key \"" + scalar.getValue() + "\" stands here twice");
      } else {
        good &= values <= MAX_VALUES && check(value.child(tuple));
      }
    }
    return good;
  }
}
