package io.inmesh.controlplane.config.istio;

import io.inmesh.config.HeaderMutations;
import io.inmesh.config.RetryPolicy;
import io.inmesh.config.Rewrite;
import io.inmesh.controlplane.config.model.MeshDefaults;
import io.inmesh.controlplane.config.model.VirtualService;
import io.inmesh.controlplane.config.model.VirtualService.Delegate;
import io.inmesh.controlplane.config.model.VirtualService.HttpRoute;
import io.inmesh.controlplane.config.model.VirtualService.Match;
import io.inmesh.controlplane.config.problem.Problems;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Replaces rules that delegate by the rules they delegate to. Of the two, what the delegate says
 * holds, and the root's fills in what it does not say; a request must match both.
 */
final class Delegation {
  private final List<VirtualService> services;
  private final Problems problems;

  Delegation(List<VirtualService> services, Problems problems) {
    this.services = services;
    this.problems = problems;
  }

  /** All virtual services that have hosts. */
  List<VirtualService> resolved() {
    return services.stream()
        .filter(service -> !service.hosts().isEmpty())
        .map(this::resolved)
        .toList();
  }

  private VirtualService resolved(VirtualService root) {
    if (root.http().stream().noneMatch(route -> route.target() instanceof Delegate)) {
      return root;
    }
    var routes = new ArrayList<HttpRoute>();
    for (HttpRoute route : root.http()) {
      if (route.target() instanceof Delegate to) {
        routes.addAll(delegated(root, route, to));
      } else {
        routes.add(route);
      }
    }
    return new VirtualService(root.origin(), root.hosts(), root.mesh(), routes, root.exportTo());
  }

  private List<HttpRoute> delegated(VirtualService root, HttpRoute route, Delegate to) {
    Optional<VirtualService> found =
        services.stream()
            .filter(one -> one.hosts().isEmpty())
            .filter(one -> one.origin().name().equals(to.name()))
            .filter(one -> one.origin().namespace().equals(to.namespace()))
            .filter(one -> visible(one, root.origin().namespace()))
            .findFirst();
    if (found.isEmpty()) {
      problems.warn(
          route.position(),
          "delegates to "
              + to.namespace()
              + "/"
              + to.name()
              + ", which is not there: the rule is left out");
      return List.of();
    }
    return found.get().http().stream().flatMap(leaf -> merged(route, leaf)).toList();
  }

  private static boolean visible(VirtualService service, String namespace) {
    return service.exportTo().contains("*") || service.exportTo().contains(namespace);
  }

  private static Stream<HttpRoute> merged(HttpRoute root, HttpRoute leaf) {
    List<Match> matches = matches(root.matches(), leaf.matches());
    boolean impossible =
        matches.isEmpty() && !(root.matches().isEmpty() && leaf.matches().isEmpty());
    return impossible ? Stream.empty() : Stream.of(merged(root, leaf, matches));
  }

  private static List<Match> matches(List<Match> root, List<Match> leaf) {
    if (root.isEmpty() || leaf.isEmpty()) {
      return root.isEmpty() ? leaf : root;
    }
    return root.stream()
        .flatMap(outer -> leaf.stream().flatMap(inner -> Matches.both(outer, inner).stream()))
        .toList();
  }

  private static HttpRoute merged(HttpRoute root, HttpRoute leaf, List<Match> matches) {
    Optional<RetryPolicy> standard = Optional.of(MeshDefaults.ISTIO_RETRY);
    return new HttpRoute(
        joined(root.name(), leaf.name()),
        matches,
        leaf.target(),
        leaf.retry().equals(standard) ? root.retry() : leaf.retry(),
        leaf.timeout().isZero() ? root.timeout() : leaf.timeout(),
        leaf.rewrite().equals(Rewrite.NONE) ? root.rewrite() : leaf.rewrite(),
        both(root.headers(), leaf.headers()),
        leaf.mirrors().isEmpty() ? root.mirrors() : leaf.mirrors(),
        leaf.filters().isEmpty() ? root.filters() : leaf.filters(),
        leaf.position());
  }

  private static String joined(String root, String leaf) {
    return root.isEmpty() || leaf.isEmpty() ? root + leaf : root + "-" + leaf;
  }

  private static HeaderMutations both(HeaderMutations root, HeaderMutations leaf) {
    return new HeaderMutations(
        concat(root.requestAdd(), leaf.requestAdd()),
        concat(root.requestRemove(), leaf.requestRemove()),
        concat(root.responseAdd(), leaf.responseAdd()),
        concat(root.responseRemove(), leaf.responseRemove()));
  }

  private static <T> List<T> concat(List<T> first, List<T> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }
}
