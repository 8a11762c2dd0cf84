package io.inmesh.controlplane.config;

import io.inmesh.controlplane.config.compile.ModelCheck;
import io.inmesh.controlplane.config.istio.IstioResources;
import io.inmesh.controlplane.config.meshyaml.MeshYaml;
import io.inmesh.controlplane.config.model.MeshBuilder;
import io.inmesh.controlplane.config.model.MeshModel;
import io.inmesh.controlplane.config.problem.Problem;
import io.inmesh.controlplane.config.problem.Problems;
import io.inmesh.controlplane.config.raw.RawResources;
import io.inmesh.controlplane.config.raw.ResourceDecoder;
import io.inmesh.controlplane.config.yaml.Value;
import io.inmesh.controlplane.config.yaml.YamlText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads a set of files, of whatever kinds, into one model. */
public final class MeshReader {
  private final @Nullable ResourceDecoder decoder;

  /** A reader that takes xDS resources with the codec. */
  public MeshReader() {
    this(null);
  }

  MeshReader(@Nullable ResourceDecoder decoder) {
    this.decoder = decoder;
  }

  /**
   * What came of it.
   *
   * @param model empty if there is an error among the problems
   */
  public record Result(Optional<MeshModel> model, List<Problem> problems) {}

  /** Reads files; their order decides which of two resources is older. */
  public Result read(List<ConfigFile> files) {
    var problems = new Problems();
    var mesh = new MeshBuilder();
    var documents = new ArrayList<Value>();
    for (ConfigFile file : files) {
      for (Value document : YamlText.read(file.name(), file.text(), problems)) {
        documents.addAll(expanded(document));
      }
    }
    // Names are completed with the mesh's own domain, so that is read first.
    documents.stream().filter(MeshYaml::is).forEach(one -> MeshYaml.readSettings(one, mesh));
    @Nullable RawResources raw = null;
    for (Value document : documents) {
      if (RawResources.is(document.document().file()) || RawResources.is(document)) {
        // Made only when needed: it loads the descriptors of all messages.
        raw = raw == null ? new RawResources(mesh, decoder) : raw;
        raw.read(document);
      } else if (!document.isMapping()) {
        document.error("must be a resource with apiVersion and kind");
      } else if (MeshYaml.is(document)) {
        MeshYaml.read(document, mesh);
      } else {
        IstioResources.read(document, mesh);
      }
    }
    IstioResources.delegate(mesh, problems);
    if (problems.hasErrors()) {
      return new Result(Optional.empty(), problems.toList());
    }
    new TrustFiles(mesh, problems).load();
    MeshModel model = mesh.build();
    ModelCheck.check(model, problems);
    return new Result(
        problems.hasErrors() ? Optional.empty() : Optional.of(model), problems.toList());
  }

  /** A Kubernetes list stands for its items. */
  private static List<Value> expanded(Value document) {
    if (document.isMapping()) {
      var fields = document.fields();
      boolean list =
          fields.find("kind").filter(k -> k.isScalar() && k.text().equals("List")).isPresent();
      if (list && fields.has("items")) {
        return fields.find("items").orElseThrow().documents();
      }
    }
    return List.of(document);
  }
}
