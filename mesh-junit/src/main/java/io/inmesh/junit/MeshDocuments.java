package io.inmesh.junit;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Present;
import org.snakeyaml.engine.v2.api.lowlevel.Serialize;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** The documents of a {@code mesh.yaml} that is valid, for its services to be changed. */
final class MeshDocuments {
  private final List<Node> documents = new ArrayList<>();
  private boolean changed;

  MeshDocuments(String text) {
    var settings =
        LoadSettings.builder()
            .setSchema(new CoreSchema())
            .setAllowNonScalarKeys(true)
            .setCodePointLimit(Integer.MAX_VALUE)
            .build();
    new Compose(settings).composeAllFromString(text).forEach(documents::add);
  }

  /** Takes a service out. */
  void remove(ServiceName name) {
    for (MappingNode services : services()) {
      changed |= services.getValue().removeIf(entry -> isService(entry, name, services));
    }
  }

  /** Adds endpoints to a service; false if there is no such service. */
  boolean add(ServiceName name, List<String> addresses) {
    for (MappingNode services : services()) {
      List<NodeTuple> entries = services.getValue();
      for (int i = 0; i < entries.size(); i++) {
        if (isService(entries.get(i), name, services)) {
          MappingNode settings = settings(entries.get(i).getValueNode());
          List<Node> endpoints = endpoints(settings).getValue();
          addresses.forEach(address -> endpoints.add(quoted(address)));
          entries.set(i, new NodeTuple(entries.get(i).getKeyNode(), settings));
          changed = true;
          return true;
        }
      }
    }
    return false;
  }

  /** The text of now, or {@code before} where nothing has changed. */
  String text(String before) {
    if (!changed) {
      return before;
    }
    var settings =
        DumpSettings.builder().setSchema(new CoreSchema()).setExplicitStart(true).build();
    return new Present(settings)
        .emitToString(new Serialize(settings).serializeAll(documents).iterator());
  }

  /** Where services stand. */
  private List<MappingNode> services() {
    var found = new ArrayList<MappingNode>();
    for (Node document : documents) {
      value(document, "services")
          .filter(MappingNode.class::isInstance)
          .map(MappingNode.class::cast)
          .ifPresent(found::add);
    }
    return found;
  }

  private boolean isService(NodeTuple entry, ServiceName name, MappingNode services) {
    if (!name.service().equals(scalar(entry.getKeyNode()))) {
      return false;
    }
    String outer =
        documents.stream()
            .filter(document -> value(document, "services").filter(services::equals).isPresent())
            .findFirst()
            .flatMap(document -> value(document, "namespace"))
            .map(MeshDocuments::scalar)
            .orElse(ServiceName.DEFAULT_NAMESPACE);
    String own = value(entry.getValueNode(), "namespace").map(MeshDocuments::scalar).orElse(outer);
    return name.namespace().equals(own);
  }

  private static Optional<Node> value(Node of, String key) {
    if (!(of instanceof MappingNode mapping)) {
      return Optional.empty();
    }
    return mapping.getValue().stream()
        .filter(entry -> key.equals(scalar(entry.getKeyNode())))
        .map(NodeTuple::getValueNode)
        .findFirst();
  }

  private static String scalar(Node node) {
    return node instanceof ScalarNode text ? text.getValue() : "";
  }

  /** A service of which the file says nothing has no mapping yet. */
  private static MappingNode settings(Node value) {
    return value instanceof MappingNode mapping
        ? mapping
        : new MappingNode(Tag.MAP, new ArrayList<>(), FlowStyle.BLOCK);
  }

  private static SequenceNode endpoints(MappingNode settings) {
    Optional<Node> known = value(settings, "endpoints");
    if (known.isPresent() && known.get() instanceof SequenceNode sequence) {
      return sequence;
    }
    var fresh = new SequenceNode(Tag.SEQ, new ArrayList<>(), FlowStyle.FLOW);
    settings.getValue().add(new NodeTuple(quoted("endpoints"), fresh));
    return fresh;
  }

  private static Node quoted(String value) {
    return new ScalarNode(Tag.STR, value, ScalarStyle.DOUBLE_QUOTED);
  }
}
