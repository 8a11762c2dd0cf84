package io.inmesh.runtime.tls;

import io.inmesh.config.StringMatcher;
import io.inmesh.config.TransportSocket.DownstreamTls;
import io.inmesh.config.TransportSocket.Local;
import io.inmesh.config.TransportSocket.SanMatcher;
import io.inmesh.config.TransportSocket.SanType;
import io.inmesh.config.TransportSocket.SecretSource;
import io.inmesh.config.TransportSocket.Validation;
import io.inmesh.config.TransportSocket.Version;
import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.SecretStore;
import io.inmesh.identity.SpiffeId;
import io.inmesh.identity.TrustBundle;
import io.inmesh.runtime.tls.TlsContexts.Recipe;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLException;

/**
 * The server's side of mutual TLS, with the process's own certificate and authorities. A client
 * must present a SPIFFE identity. Safe for use by many threads.
 */
public final class ServerTls {
  private static final List<String> ALPN = List.of("h2", "http/1.1");
  private final TlsContexts contexts;
  private final Recipe recipe;
  private final Optional<SecretSource> certificate;
  private final Optional<SecretSource> authorities;

  /**
   * Mutual TLS.
   *
   * @param trustDomains whose identities are accepted; empty, together with no identities: all that
   *     our authorities vouch for
   * @param identities accepted beside those
   */
  public ServerTls(TlsContexts contexts, Set<String> trustDomains, Set<SpiffeId> identities) {
    this.contexts = contexts;
    var names = new ArrayList<SanRule>();
    for (String domain : trustDomains) {
      var prefix = new StringMatcher.Prefix("spiffe://" + domain + "/", false);
      names.add(new SanRule(new SanMatcher(SanType.URI, prefix)));
    }
    for (SpiffeId identity : identities) {
      var exact = new StringMatcher.Exact(identity.uri(), false);
      names.add(new SanRule(new SanMatcher(SanType.URI, exact)));
    }
    var rules = new PeerRules(true, names, true, List.of(), List.of(), false, false);
    this.recipe = new Recipe(this, false, true, rules, ALPN, Version.AUTO, Version.AUTO);
    this.certificate = Optional.of(new Local(SecretStore.OWN_CERTIFICATE));
    this.authorities = Optional.of(new Local(SecretStore.OWN_ROOTS));
  }

  /** TLS as configured. */
  public ServerTls(TlsContexts contexts, DownstreamTls socket) {
    this.contexts = contexts;
    this.certificate = socket.common().certificate();
    this.authorities = socket.common().validation().flatMap(Validation::authorities);
    List<String> alpn = socket.common().alpn().isEmpty() ? ALPN : socket.common().alpn();
    this.recipe =
        new Recipe(
            socket,
            false,
            socket.requireClientCertificate(),
            PeerRules.of(socket.common().validation(), ""),
            alpn,
            socket.common().minimum(),
            socket.common().maximum());
  }

  /** Begins with the secrets of now. */
  public SslHandler begin(ByteBufAllocator allocator) throws SecretMissingException, SSLException {
    KeyMaterial own = Secrets.certificate(contexts.secrets(), certificate);
    TrustBundle trust = Secrets.trust(contexts.secrets(), authorities);
    if (own == null || (trust == null && authorities.isPresent())) {
      throw new SecretMissingException(
          own == null
              ? "our certificate has not arrived"
              : "the authorities that we trust have not arrived");
    }
    SslContext context = contexts.acquire(recipe, own, trust);
    try {
      return new SslHandler(context.newEngine(allocator));
    } finally {
      ReferenceCountUtil.release(context);
    }
  }
}
