package io.inmesh.controlplane.config.istio;

import io.inmesh.config.HeaderMatcher;
import io.inmesh.config.QueryParameterMatcher;
import io.inmesh.config.RouteMatch;
import io.inmesh.config.RouteMatch.PathMatch;
import io.inmesh.config.StringMatcher;
import io.inmesh.controlplane.config.model.VirtualService.Match;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Puts a root's match and its delegate's together, where they do not exclude each other. */
final class Matches {
  private Matches() {}

  /** The match that demands both; empty if no request could match it, as far as can be seen. */
  static Optional<Match> both(Match root, Match leaf) {
    Optional<PathMatch> path = path(root.request().path(), leaf.request().path());
    Optional<List<HeaderMatcher>> headers =
        headers(root.request().headers(), leaf.request().headers());
    Optional<List<QueryParameterMatcher>> queries =
        queries(root.request().queryParameters(), leaf.request().queryParameters());
    Optional<Map<String, String>> labels = labels(root.sourceLabels(), leaf.sourceLabels());
    boolean places =
        (root.port() == 0 || leaf.port() == 0 || root.port() == leaf.port())
            && (root.sourceNamespace().isEmpty()
                || leaf.sourceNamespace().isEmpty()
                || root.sourceNamespace().equals(leaf.sourceNamespace()));
    if (path.isEmpty() || headers.isEmpty() || queries.isEmpty() || labels.isEmpty() || !places) {
      return Optional.empty();
    }
    var request =
        new RouteMatch(
            path.get(),
            headers.get(),
            queries.get(),
            List.of(),
            List.of(),
            Optional.empty(),
            false,
            Optional.empty(),
            Optional.empty());
    return Optional.of(
        new Match(
            root.name().isEmpty() || leaf.name().isEmpty()
                ? root.name() + leaf.name()
                : root.name() + "-" + leaf.name(),
            request,
            labels.get(),
            leaf.sourceNamespace().isEmpty() ? root.sourceNamespace() : leaf.sourceNamespace(),
            leaf.port() == 0 ? root.port() : leaf.port(),
            root.mesh() && leaf.mesh()));
  }

  private static Optional<PathMatch> path(PathMatch root, PathMatch leaf) {
    if (leaf.equals(HttpMatches.ANY_PATH) || leaf.equals(root)) {
      return Optional.of(root);
    }
    if (root.equals(HttpMatches.ANY_PATH)) {
      return Optional.of(leaf);
    }
    String inner =
        leaf instanceof RouteMatch.Exact exact
            ? exact.path()
            : leaf instanceof RouteMatch.Prefix prefix ? prefix.prefix() : null;
    boolean within =
        root instanceof RouteMatch.Prefix outer
            && inner != null
            && inner.startsWith(outer.prefix())
            && outer.caseSensitive() == caseSensitive(leaf);
    return within ? Optional.of(leaf) : Optional.empty();
  }

  private static boolean caseSensitive(PathMatch path) {
    return path instanceof RouteMatch.Exact exact
        ? exact.caseSensitive()
        : path instanceof RouteMatch.Prefix prefix && prefix.caseSensitive();
  }

  private static Optional<List<HeaderMatcher>> headers(
      List<HeaderMatcher> root, List<HeaderMatcher> leaf) {
    var merged = new ArrayList<HeaderMatcher>();
    for (HeaderMatcher outer : root) {
      Optional<HeaderMatcher> inner =
          leaf.stream()
              .filter(one -> one.name().equals(outer.name()) && one.invert() == outer.invert())
              .findFirst();
      if (inner.isEmpty()) {
        merged.add(outer);
      } else if (!narrows(text(outer), text(inner.get()))) {
        return Optional.empty();
      }
    }
    merged.addAll(leaf);
    return Optional.of(merged);
  }

  private static Optional<StringMatcher> text(HeaderMatcher matcher) {
    return matcher.value() instanceof HeaderMatcher.Text text
        ? Optional.of(text.matcher())
        : Optional.empty();
  }

  private static Optional<List<QueryParameterMatcher>> queries(
      List<QueryParameterMatcher> root, List<QueryParameterMatcher> leaf) {
    var merged = new ArrayList<QueryParameterMatcher>();
    for (QueryParameterMatcher outer : root) {
      Optional<QueryParameterMatcher> inner =
          leaf.stream().filter(one -> one.name().equals(outer.name())).findFirst();
      if (inner.isEmpty()) {
        merged.add(outer);
      } else if (!narrows(outer.value(), inner.get().value())) {
        return Optional.empty();
      }
    }
    merged.addAll(leaf);
    return Optional.of(merged);
  }

  /** Whether all that the inner one takes is surely taken by the outer one; empty takes all. */
  private static boolean narrows(Optional<StringMatcher> outer, Optional<StringMatcher> inner) {
    if (outer.isEmpty() || outer.equals(inner)) {
      return true;
    }
    String value =
        inner.isPresent() && inner.get() instanceof StringMatcher.Exact exact
            ? exact.value()
            : inner.isPresent() && inner.get() instanceof StringMatcher.Prefix prefix
                ? prefix.value()
                : null;
    return outer.get() instanceof StringMatcher.Prefix prefix
        && value != null
        && value.startsWith(prefix.value());
  }

  private static Optional<Map<String, String>> labels(
      Map<String, String> root, Map<String, String> leaf) {
    var merged = new HashMap<>(root);
    for (Map.Entry<String, String> label : leaf.entrySet()) {
      String before = merged.put(label.getKey(), label.getValue());
      if (before != null && !before.equals(label.getValue())) {
        return Optional.empty();
      }
    }
    return Optional.of(merged);
  }
}
