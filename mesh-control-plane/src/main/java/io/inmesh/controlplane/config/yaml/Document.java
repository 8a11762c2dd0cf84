package io.inmesh.controlplane.config.yaml;

import io.inmesh.controlplane.config.problem.Problems;

/**
 * One document of a YAML file. The resource that it holds gets its name once that is known. Owner:
 * the thread that reads.
 */
public final class Document {
  private final String file;
  private final Problems problems;
  private String resource = "";

  Document(String file, Problems problems) {
    this.file = file;
    this.problems = problems;
  }

  /** The file that it stands in. */
  public String file() {
    return file;
  }

  /** What problems call the resource in it. */
  public String resource() {
    return resource;
  }

  /** Names the resource, for the problems to come. */
  public void name(String value) {
    resource = value;
  }

  /** Where problems go. */
  public Problems problems() {
    return problems;
  }
}
