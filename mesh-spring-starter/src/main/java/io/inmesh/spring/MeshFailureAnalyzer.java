package io.inmesh.spring;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says in words why an application did not come into the mesh, and what to do. */
final class MeshFailureAnalyzer extends AbstractFailureAnalyzer<MeshJoinException> {
  @Override
  protected FailureAnalysis analyze(Throwable root, MeshJoinException cause) {
    return new FailureAnalysis(String.valueOf(cause.getMessage()), cause.action(), cause);
  }
}
