package io.inmesh.controlplane.api;

import io.inmesh.controlplane.api.Views.CertificateView;
import io.inmesh.controlplane.ca.IssuedCertificates.Issued;
import io.inmesh.controlplane.config.Generation;
import io.inmesh.controlplane.config.problem.Problem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The pages of the API. */
final class ApiPages {
  static final String INDEX =
      "{\"error\":\"there are /api/status, /api/services, /api/routes, /api/policies,"
          + " /api/certificates, /api/audit and /api/watch\"}";

  private static final long PATIENCE_SECONDS = 10;

  private final ApiServer.Sources sources;
  private final Catalogue catalogue;

  ApiPages(ApiServer.Sources sources, Catalogue catalogue) {
    this.sources = sources;
    this.catalogue = catalogue;
  }

  /** JSON; empty if there is no such page. */
  String page(String path) {
    Generation now = sources.config().current();
    Map<String, Object> page = new LinkedHashMap<>();
    page.put("revision", now.revision());
    switch (path) {
      case "/api/status" -> status(page, now);
      case "/api/services" -> page.put("services", await(catalogue.services()));
      case "/api/routes" -> page.put("routes", now.model().virtualServices());
      case "/api/policies" -> policies(page, now);
      case "/api/certificates" -> certificates(page);
      case "/api/audit" -> page.put("events", sources.audit().last());
      default -> {
        return "";
      }
    }
    return PlainJson.text(page);
  }

  private void status(Map<String, Object> page, Generation now) {
    page.put("trust_domain", sources.authority().trustDomain());
    page.put("since", now.at());
    page.put("kept", now.kept());
    page.put("settled", sources.registry().settled());
    page.put("instances", sources.registry().instances().size());
    page.put("services", now.model().services().size());
    page.put("warnings", now.warnings().stream().map(Problem::toString).toList());
    page.put("problems", sources.config().problems().stream().map(Problem::toString).toList());
    page.put("nodes", await(catalogue.nodes()));
  }

  private static void policies(Map<String, Object> page, Generation now) {
    page.put("settings", now.model().settings());
    page.put("destination_rules", now.model().destinationRules());
    page.put("security", now.model().security());
  }

  private void certificates(Map<String, Object> page) {
    var root = sources.authority().root();
    page.put(
        "authority",
        new CertificateView(
            "spiffe://" + sources.authority().trustDomain(),
            root.getSerialNumber().toString(16),
            root.getNotBefore().toInstant(),
            root.getNotAfter().toInstant()));
    List<Issued> issued = sources.certificates().all();
    page.put(
        "issued",
        issued.stream()
            .map(
                it ->
                    new CertificateView(
                        it.identity().uri(), it.serial(), it.notBefore(), it.notAfter()))
            .toList());
  }

  private static <T> T await(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the API is closing", stopped);
    } catch (ExecutionException | TimeoutException failed) {
      throw new IllegalStateException("no answer: " + failed, failed);
    }
  }
}
