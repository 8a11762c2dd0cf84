package io.inmesh.controlplane.config;

import io.inmesh.controlplane.config.compile.ModelCheck;
import io.inmesh.controlplane.config.istio.IstioResources;
import io.inmesh.controlplane.config.meshyaml.MeshYaml;
import io.inmesh.controlplane.config.model.MeshBuilder;
import io.inmesh.controlplane.config.model.MeshModel;
import io.inmesh.controlplane.config.problem.Problem;
import io.inmesh.controlplane.config.problem.Problems;
import io.inmesh.controlplane.config.raw.RawResources;
import io.inmesh.controlplane.config.yaml.Value;
import io.inmesh.controlplane.config.yaml.YamlText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads a set of files, of whatever kinds, into one model. */
public final class MeshReader {
  private final Supplier<MeshBuilder> meshes;
  private final Path base;

  /** A reader of files for any trust domain. */
  public MeshReader() {
    this.meshes = MeshBuilder::new;
    this.base = Path.of("");
  }

  /**
   * A reader of the files of a control plane.
   *
   * @param trustDomain they must not name another one
   * @param base where relative paths of files that rules name begin
   */
  public MeshReader(String trustDomain, Path base) {
    this.base = base;
    this.meshes = () -> new MeshBuilder(trustDomain);
  }

  /**
   * What came of it.
   *
   * @param model empty if there is an error among the problems
   * @param trust files of authorities that rules name; without text where there is none
   */
  public record Result(Optional<MeshModel> model, List<Problem> problems, List<ConfigFile> trust) {
    public Result {
      problems = List.copyOf(problems);
      trust = List.copyOf(trust);
    }
  }

  /** Reads files; their order decides which of two resources is older. */
  public Result read(List<ConfigFile> files) {
    var problems = new Problems();
    MeshBuilder mesh = meshes.get();
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
        raw = raw == null ? new RawResources(mesh) : raw;
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
      return new Result(Optional.empty(), problems.toList(), List.of());
    }
    List<ConfigFile> trust = new TrustFiles(mesh, problems, base).load();
    new PrivateResources(mesh, problems).restrict();
    MeshModel model = mesh.build();
    ModelCheck.check(model, problems);
    return new Result(
        problems.hasErrors() ? Optional.empty() : Optional.of(model), problems.toList(), trust);
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
