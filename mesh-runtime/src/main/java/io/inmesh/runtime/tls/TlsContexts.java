package io.inmesh.runtime.tls;

import io.inmesh.config.TransportSocket.Version;
import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.SecretStore;
import io.inmesh.identity.TrustBundle;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.ReferenceCountUtil;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * TLS contexts, made anew only when the certificate or the authorities have become other objects.
 * Safe for use by many threads; asked once per connection, so a lock does no harm.
 */
public final class TlsContexts implements AutoCloseable {
  private static final int MOST = 256;

  private final TlsProvider provider;
  private final SecretStore secrets;
  private final InstantSource clock;
  private final Map<Object, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
  private boolean closed;

  /** Contexts of one process. */
  public TlsContexts(TlsProvider provider, SecretStore secrets, InstantSource clock) {
    this.provider = provider;
    this.secrets = secrets;
    this.clock = clock;
  }

  private record Entry(
      @Nullable KeyMaterial own, @Nullable TrustBundle trust, SslContext context) {}

  SecretStore secrets() {
    return secrets;
  }

  /**
   * What one context is made of, but for the secrets.
   *
   * @param key equal for what may share a context
   */
  record Recipe(
      Object key,
      boolean client,
      boolean peerMustPresent,
      PeerRules rules,
      List<String> alpn,
      Version minimum,
      Version maximum) {}

  /** A context for these secrets; the caller releases it. */
  synchronized SslContext acquire(
      Recipe recipe, @Nullable KeyMaterial own, @Nullable TrustBundle trust) throws SSLException {
    if (closed) {
      throw new SSLException("closed");
    }
    Entry entry = entries.get(recipe.key());
    if (entry == null || entry.own() != own || entry.trust() != trust) {
      SslContext made = make(recipe, own, trust);
      if (entry != null) {
        ReferenceCountUtil.release(entry.context());
      }
      entry = new Entry(own, trust, made);
      entries.put(recipe.key(), entry);
      if (entries.size() > MOST) {
        var oldest = entries.values().iterator();
        ReferenceCountUtil.release(oldest.next().context());
        oldest.remove();
      }
    }
    ReferenceCountUtil.retain(entry.context());
    return entry.context();
  }

  private SslContext make(Recipe recipe, @Nullable KeyMaterial own, @Nullable TrustBundle trust)
      throws SSLException {
    SslContextBuilder builder;
    if (recipe.client()) {
      // Names are checked by the rules: what is connected to is an address.
      builder = SslContextBuilder.forClient().endpointIdentificationAlgorithm(null);
      if (own != null) {
        builder.keyManager(own.key(), own.chain());
      }
    } else if (own == null) {
      throw new SSLException("no certificate");
    } else {
      builder = SslContextBuilder.forServer(own.key(), own.chain());
      builder.clientAuth(recipe.peerMustPresent() ? ClientAuth.REQUIRE : ClientAuth.NONE);
    }
    return builder
        .sslProvider(provider.netty())
        .trustManager(new PeerTrust(recipe.rules(), trust, clock))
        .applicationProtocolConfig(alpn(recipe.alpn()))
        .protocols(versions(recipe.minimum(), recipe.maximum()))
        .build();
  }

  private static ApplicationProtocolConfig alpn(List<String> protocols) {
    return protocols.isEmpty()
        ? ApplicationProtocolConfig.DISABLED
        : new ApplicationProtocolConfig(
            Protocol.ALPN,
            SelectorFailureBehavior.NO_ADVERTISE,
            SelectedListenerFailureBehavior.ACCEPT,
            protocols);
  }

  private static List<String> versions(Version minimum, Version maximum) {
    var versions = new ArrayList<String>();
    if (minimum != Version.TLS_1_3) {
      versions.add("TLSv1.2");
    }
    if (maximum != Version.TLS_1_2) {
      versions.add("TLSv1.3");
    }
    return versions;
  }

  /** Lets go of all contexts; handshakes fail from now on. */
  @Override
  public synchronized void close() {
    closed = true;
    entries.values().forEach(entry -> ReferenceCountUtil.release(entry.context()));
    entries.clear();
  }
}
