package io.inmesh.controlplane.config.compile;

import io.inmesh.config.ExternalAuthorization;
import io.inmesh.config.ExternalAuthorization.AnswerHeaders;
import io.inmesh.config.ExternalAuthorization.Mutations;
import io.inmesh.config.ExternalAuthorization.OverGrpc;
import io.inmesh.config.ExternalAuthorization.OverHttp;
import io.inmesh.config.ExternalAuthorization.Service;
import io.inmesh.config.ExternalAuthorization.View;
import io.inmesh.config.Format;
import io.inmesh.config.FractionalPercent;
import io.inmesh.config.GrpcService;
import io.inmesh.config.HeaderMutations;
import io.inmesh.config.HeaderMutations.HeaderValue;
import io.inmesh.config.MetadataMatcher;
import io.inmesh.config.StringMatcher;
import io.inmesh.config.ValueMatcher;
import io.inmesh.controlplane.config.model.MeshConfig;
import io.inmesh.controlplane.config.model.MeshConfig.Authorizer;
import java.util.List;
import java.util.Optional;

/** Makes the filters that ask a service about requests, as Istio does. */
final class Authorizers {
  private Authorizers() {}

  /** It asks only about what the RBAC filter before it has marked for this service. */
  static ExternalAuthorization filter(Authorizer authorizer) {
    var marked =
        new MetadataMatcher(
            "envoy.filters.http.rbac",
            List.of(Authorization.SHADOW_PREFIX + "shadow_effective_policy_id"),
            new ValueMatcher.Text(
                new StringMatcher.Prefix(Authorization.CUSTOM + authorizer.name(), false)),
            false);
    Mutations base = Mutations.DEFAULT;
    return new ExternalAuthorization(
        service(authorizer),
        authorizer.http().map(http -> view(http.told())).orElse(View.DEFAULT),
        authorizer.body(),
        authorizer.failure(),
        new Mutations(
            authorizer.clearRoute(),
            base.validate(),
            base.rules(),
            base.metadata(),
            base.mostBodyBytes()),
        FractionalPercent.ALL,
        Optional.of(marked),
        Optional.empty(),
        false);
  }

  private static View view(List<String> told) {
    View none = View.DEFAULT;
    return told.isEmpty()
        ? none
        : new View(
            Optional.of(matchers(told)),
            none.disallowed(),
            none.raw(),
            none.peerCertificate(),
            none.tlsSession(),
            none.labelsKey(),
            none.metadata(),
            none.routeMetadata());
  }

  private static Service service(Authorizer to) {
    String cluster = Names.outbound(to.port(), "", to.host());
    if (to.http().isEmpty()) {
      return new OverGrpc(new GrpcService(cluster, to.host(), List.of()), to.timeout());
    }
    MeshConfig.OverHttp http = to.http().get();
    List<HeaderValue> headers =
        http.headers().entrySet().stream()
            .map(one -> header(one.getKey(), one.getValue()))
            .toList();
    var answer =
        new AnswerHeaders(
            matchers(http.upstream()),
            List.of(),
            matchers(http.client()),
            matchers(http.clientOnSuccess()),
            List.of());
    return new OverHttp(cluster, to.timeout(), http.pathPrefix(), "", headers, answer);
  }

  private static HeaderValue header(String name, String value) {
    return new HeaderValue(
        name, Format.literal(value), HeaderMutations.Append.OVERWRITE_IF_EXISTS_OR_ADD, false);
  }

  private static List<StringMatcher> matchers(List<String> names) {
    return names.stream().map(name -> Patterns.text(name, true)).toList();
  }
}
