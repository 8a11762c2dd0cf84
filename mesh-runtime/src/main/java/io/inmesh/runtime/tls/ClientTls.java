package io.inmesh.runtime.tls;

import io.inmesh.config.TransportSocket.UpstreamTls;
import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.TrustBundle;
import io.inmesh.runtime.tls.TlsContexts.Recipe;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The client's side of TLS towards the hosts of one pool. Safe for use by many threads. */
public final class ClientTls {
  private final TlsContexts contexts;
  private final UpstreamTls socket;
  private final ServerName serverName;
  private final Recipe recipe;

  /**
   * TLS as configured.
   *
   * @param hostname the endpoint's name, for auto_host_sni
   * @param gateway whether the peer passes connections on by server names, which need not be host
   *     names
   * @param alpn what to offer if the config does not say
   */
  public ClientTls(
      TlsContexts contexts,
      UpstreamTls socket,
      String hostname,
      boolean gateway,
      List<String> alpn) {
    this.contexts = contexts;
    this.socket = socket;
    String name = socket.autoHostSni() && !hostname.isEmpty() ? hostname : socket.sni();
    // An IP address is no server name, but the certificate must be for it all the same.
    this.serverName =
        new ServerName(
            NetUtil.createByteArrayFromIpAddressString(name) == null ? name : "", gateway);
    String checked = socket.autoSniSanValidation() ? name : "";
    List<String> offered = socket.common().alpn().isEmpty() ? alpn : socket.common().alpn();
    this.recipe =
        new Recipe(
            List.of(socket.common(), checked, offered),
            true,
            true,
            PeerRules.of(socket.common().validation(), checked),
            offered,
            socket.common().minimum(),
            socket.common().maximum());
  }

  /**
   * A handshake that is to begin.
   *
   * @param own our certificate, or null
   * @param trust whom we believe, or null
   */
  public record Handshake(
      SslHandler handler, @Nullable KeyMaterial own, @Nullable TrustBundle trust) {}

  /** Begins with the secrets of now. */
  public Handshake begin(ByteBufAllocator allocator) throws SecretMissingException, SSLException {
    KeyMaterial own = certificate();
    if (own == null && socket.common().certificate().isPresent()) {
      throw new SecretMissingException(
          "our certificate \""
              + Secrets.name(socket.common().certificate().get())
              + "\" has not arrived");
    }
    TrustBundle trust = trust();
    var authorities = socket.common().validation().flatMap(v -> v.authorities());
    if (trust == null && authorities.isPresent()) {
      throw new SecretMissingException(
          "the authorities \"" + Secrets.name(authorities.get()) + "\" have not arrived");
    }
    SslContext context = contexts.acquire(recipe, own, trust);
    try {
      SSLEngine engine = serverName.engine(context, allocator);
      var handler = new SslHandler(engine);
      // The time to connect holds for all of it.
      handler.setHandshakeTimeoutMillis(0);
      return new Handshake(handler, own, trust);
    } finally {
      ReferenceCountUtil.release(context);
    }
  }

  /** Our certificate of now. */
  public @Nullable KeyMaterial certificate() {
    return Secrets.certificate(contexts.secrets(), socket.common().certificate());
  }

  /** Whom we believe now. */
  public @Nullable TrustBundle trust() {
    return Secrets.trust(
        contexts.secrets(), socket.common().validation().flatMap(v -> v.authorities()));
  }
}
