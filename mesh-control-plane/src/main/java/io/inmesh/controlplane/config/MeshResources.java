package io.inmesh.controlplane.config;

import io.inmesh.controlplane.config.compile.Compilation;
import io.inmesh.controlplane.config.compile.NodeView;
import io.inmesh.controlplane.config.compile.ResourceSet;
import io.inmesh.controlplane.config.model.MeshModel;
import io.inmesh.controlplane.config.model.WorkloadSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The resources of every node, from the files and the registered workloads of now. What did not
 * change between two states stays the same object. Owner: one loop.
 */
public final class MeshResources {
  private static final int MAX_VIEWS = 4096;

  private final WorkloadSource workloads;
  private final Map<NodeView, ResourceSet> current = new HashMap<>();

  /** What nodes had before, by their views; the ones not asked for the longest are forgotten. */
  private final Map<NodeView, ResourceSet> previous =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<NodeView, ResourceSet> eldest) {
          return size() > MAX_VIEWS;
        }
      };

  private MeshModel model = MeshModel.EMPTY;
  private Compilation compilation;

  /** Without files yet. */
  public MeshResources(WorkloadSource workloads) {
    this.workloads = workloads;
    this.compilation = Compilation.of(model, workloads.workloads());
  }

  /** New files were taken. */
  public void configured(MeshModel value) {
    model = value;
    workloadsChanged();
  }

  /** Workloads came, went or changed. */
  public void workloadsChanged() {
    compilation = Compilation.of(model, workloads.workloads());
    current.clear();
  }

  /** All resources of a node. */
  public ResourceSet resources(NodeView view) {
    ResourceSet known = current.get(view);
    if (known != null) {
      return known;
    }
    ResourceSet before = previous.getOrDefault(view, ResourceSet.EMPTY);
    ResourceSet made = compilation.resources(view, before);
    ResourceSet kept = made.equals(before) ? before : made;
    current.put(view, kept);
    previous.put(view, kept);
    return kept;
  }
}
