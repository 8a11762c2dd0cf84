package io.inmesh.controlplane.config.compile;

import io.inmesh.config.Cluster.SocketMatch;
import io.inmesh.config.ProtocolOptions.Sni;
import io.inmesh.config.StringMatcher;
import io.inmesh.config.TransportSocket;
import io.inmesh.config.TransportSocket.CommonTls;
import io.inmesh.config.TransportSocket.DownstreamTls;
import io.inmesh.config.TransportSocket.Local;
import io.inmesh.config.TransportSocket.RawBuffer;
import io.inmesh.config.TransportSocket.SanMatcher;
import io.inmesh.config.TransportSocket.SanType;
import io.inmesh.config.TransportSocket.Sds;
import io.inmesh.config.TransportSocket.SecretSource;
import io.inmesh.config.TransportSocket.UpstreamTls;
import io.inmesh.config.TransportSocket.Validation;
import io.inmesh.config.TransportSocket.Version;
import io.inmesh.controlplane.config.model.MeshSettings;
import io.inmesh.controlplane.config.model.Service.Defaults;
import io.inmesh.controlplane.config.model.TrafficPolicy.ClientTls;
import io.inmesh.controlplane.config.model.TrafficPolicy.Mode;
import io.inmesh.controlplane.config.model.Workload;
import io.inmesh.identity.SecretStore;
import io.inmesh.identity.SpiffeId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Decides how bytes to a service are protected. */
final class Tls {
  private static final TransportSocket PLAIN = new RawBuffer();
  private static final SecretSource OWN_CERTIFICATE = new Local(SecretStore.OWN_CERTIFICATE);
  private static final SecretSource OWN_ROOTS = new Local(SecretStore.OWN_ROOTS);

  private final MeshSettings settings;
  private final NodeView view;

  Tls(MeshSettings settings, NodeView view) {
    this.settings = settings;
    this.view = view;
  }

  /**
   * What a cluster gets.
   *
   * @param sni how the server name and the expected name follow the request's authority
   */
  record Sockets(TransportSocket socket, List<SocketMatch> matches, Sni sni) {
    static final Sockets PLAINTEXT = new Sockets(PLAIN, List.of(), Sni.NONE);
  }

  /**
   * Of a cluster of a service.
   *
   * @param sni what is sent unless the rule says otherwise
   * @param matched whether the endpoints may be told apart by what they are marked with
   */
  Sockets of(
      Destination to, Optional<ClientTls> rule, String sni, List<String> alpn, boolean matched) {
    if (rule.isPresent()) {
      return explicit(to, rule.get(), sni, alpn);
    }
    if (to.service().external() || settings.tls() == MeshSettings.Tls.OFF) {
      return Sockets.PLAINTEXT;
    }
    TransportSocket mutual = mutual(identities(to, List.of()), sni, alpn);
    if (settings.tls() == MeshSettings.Tls.STRICT) {
      return new Sockets(mutual, List.of(), Sni.NONE);
    }
    if (view.flavour() == NodeView.Flavour.GRPC || !matched) {
      boolean all =
          !to.workloads().isEmpty() && to.workloads().stream().allMatch(Workload::mutualTls);
      return all ? new Sockets(mutual, List.of(), Sni.NONE) : Sockets.PLAINTEXT;
    }
    var matches =
        List.of(
            new SocketMatch("tlsMode-istio", Endpoints.TLS_MODE, mutual),
            new SocketMatch("tlsMode-disabled", Map.of(), PLAIN));
    return new Sockets(PLAIN, matches, Sni.NONE);
  }

  private Sockets explicit(Destination to, ClientTls rule, String sni, List<String> alpn) {
    if (rule.mode() == Mode.DISABLE) {
      return Sockets.PLAINTEXT;
    }
    if (rule.mode() == Mode.ISTIO_MUTUAL) {
      String name = rule.sni().isEmpty() ? sni : rule.sni();
      List<SanMatcher> names = identities(to, rule.subjectAltNames());
      return new Sockets(mutual(names, name, alpn), List.of(), Sni.NONE);
    }
    Optional<SecretSource> certificate =
        rule.mode() == Mode.MUTUAL ? Optional.of(new Sds(certificate(rule))) : Optional.empty();
    var tls =
        new CommonTls(
            certificate,
            Optional.of(validation(to, rule)),
            alpn.contains("h2") ? List.of("h2") : List.of(),
            Version.AUTO,
            Version.AUTO);
    boolean names = rule.subjectAltNames().isEmpty() && !rule.skipVerify();
    Sni auto = rule.sni().isEmpty() ? new Sni(true, names, "") : Sni.NONE;
    return new Sockets(new UpstreamTls(tls, rule.sni(), false, false), List.of(), auto);
  }

  private Validation validation(Destination to, ClientTls rule) {
    if (rule.skipVerify()) {
      return new Validation(Optional.empty(), List.of(), List.of(), List.of(), false, false);
    }
    List<String> given =
        rule.subjectAltNames().isEmpty() ? to.service().subjectAltNames() : rule.subjectAltNames();
    return new Validation(
        Optional.of(new Sds(authorities(rule))),
        isWebServer(to) ? matchers(given) : identities(to, given),
        List.of(),
        List.of(),
        false,
        false);
  }

  /**
   * Whether who is called with plain TLS has no identity of the mesh. Istio asks for those of a
   * service's accounts all the same.
   */
  private static boolean isWebServer(Destination to) {
    return to.service().defaults() == Defaults.INMESH;
  }

  /** Secrets are named as Istio names them. */
  private static String certificate(ClientTls rule) {
    return rule.credential().isEmpty()
        ? "file-cert:" + rule.certificate() + "~" + rule.key()
        : "kubernetes://" + rule.credential();
  }

  private static String authorities(ClientTls rule) {
    if (!rule.credential().isEmpty()) {
      return "kubernetes://" + rule.credential() + "-cacert";
    }
    return "file-root:" + (rule.authorities().isEmpty() ? "system" : rule.authorities());
  }

  private static TransportSocket mutual(List<SanMatcher> names, String sni, List<String> alpn) {
    var validation =
        new Validation(Optional.of(OWN_ROOTS), names, List.of(), List.of(), false, false);
    var tls =
        new CommonTls(
            Optional.of(OWN_CERTIFICATE),
            Optional.of(validation),
            alpn,
            Version.AUTO,
            Version.AUTO);
    return new UpstreamTls(tls, sni, false, false);
  }

  /** What the certificate of a server of the mesh must say. */
  private List<SanMatcher> identities(Destination to, List<String> wanted) {
    List<String> names = wanted.isEmpty() ? to.service().subjectAltNames() : wanted;
    if (names.isEmpty()) {
      names = to.accounts().stream().map(this::identity).toList();
    }
    if (names.isEmpty() && to.service().defaults() == Defaults.INMESH && !to.service().external()) {
      names = List.of(identity(to.service().namespace() + "/" + to.service().origin().name()));
    }
    return matchers(names);
  }

  private static List<SanMatcher> matchers(List<String> names) {
    return names.stream().map(Tls::matcher).toList();
  }

  private String identity(String account) {
    int slash = account.indexOf('/');
    return SpiffeId.ofServiceAccount(
            settings.trustDomain(), account.substring(0, slash), account.substring(slash + 1))
        .uri();
  }

  private static SanMatcher matcher(String name) {
    SanType type = name.indexOf("://") > 0 ? SanType.URI : SanType.DNS;
    return new SanMatcher(type, new StringMatcher.Exact(name, false));
  }

  /** What a server of the mesh asks for: a certificate of the mesh. */
  static TransportSocket server() {
    var validation =
        new Validation(Optional.of(OWN_ROOTS), List.of(), List.of(), List.of(), false, false);
    var tls =
        new CommonTls(
            Optional.of(OWN_CERTIFICATE),
            Optional.of(validation),
            List.of("h2", "http/1.1"),
            Version.AUTO,
            Version.AUTO);
    return new DownstreamTls(tls, true);
  }
}
