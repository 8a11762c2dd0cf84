package io.inmesh.controlplane.config;

import io.inmesh.controlplane.config.compile.CallerLabels;
import io.inmesh.controlplane.config.compile.Compilation;
import io.inmesh.controlplane.config.compile.NodeView;
import io.inmesh.controlplane.config.compile.ResourceSet;
import io.inmesh.controlplane.config.model.MeshModel;
import io.inmesh.controlplane.config.model.WorkloadSource;
import java.util.Map;

/**
 * The resources of every node, from the files and the registered workloads of now. What did not
 * change between two states stays the same object. Owner: one loop.
 */
public final class MeshResources {
  private static final int MAX_VIEWS = 4096;

  private final WorkloadSource workloads;
  private final Map<NodeView, ResourceSet> current = new Recent<>(MAX_VIEWS);

  /** What nodes had before, by their views. */
  private final Map<NodeView, ResourceSet> previous = new Recent<>(MAX_VIEWS);

  private MeshModel model = MeshModel.EMPTY;
  private CallerLabels labels = new CallerLabels(model);
  private Compilation compilation;

  /** Without files yet. */
  public MeshResources(WorkloadSource workloads) {
    this.workloads = workloads;
    this.compilation = Compilation.of(model, workloads.workloads());
  }

  /** New files were taken. */
  public void configured(MeshModel value) {
    model = value;
    labels = new CallerLabels(model);
    workloadsChanged();
  }

  /** Workloads came, went or changed. */
  public void workloadsChanged() {
    compilation = Compilation.of(model, workloads.workloads());
    current.clear();
  }

  /** The view without what makes no difference now. */
  public NodeView narrow(NodeView view) {
    return labels.narrow(view);
  }

  /** What all resources are made from now. */
  public Compilation compilation() {
    return compilation;
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
