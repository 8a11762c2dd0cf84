package io.inmesh.controlplane;

import io.grpc.util.AdvancedTlsX509KeyManager;
import io.inmesh.config.IpRange;
import io.inmesh.controlplane.ca.Authority;
import io.inmesh.identity.SpiffeId;
import io.inmesh.loop.EventLoop;
import io.inmesh.loop.Timer;
import java.lang.System.Logger.Level;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import javax.net.ssl.X509KeyManager;

/**
 * The control plane's own certificate: signed by its authority for its names, renewed long before
 * it ends.
 */
final class ServerIdentity implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("io.inmesh.controlplane");
  private static final Duration LIFE = Duration.ofDays(7);
  private static final Duration RENEWAL = Duration.ofDays(1);

  private final AdvancedTlsX509KeyManager keys = new AdvancedTlsX509KeyManager();
  private final Authority authority;
  private final List<String> hosts;
  private final SecureRandom random;
  private final EventLoop loop;
  private final Timer timer =
      new Timer() {
        @Override
        protected void onTimer() {
          renew();
        }
      };

  ServerIdentity(Authority authority, List<String> hosts, SecureRandom random, EventLoop loop) {
    this.authority = authority;
    this.hosts = List.copyOf(hosts);
    this.random = random;
    this.loop = loop;
    install();
    loop.execute(() -> loop.arm(timer, loop.nanoTime() + RENEWAL.toNanos()));
  }

  private void renew() {
    try {
      install();
    } catch (IllegalStateException failed) {
      LOG.log(
          Level.WARNING,
          "the control plane''s certificate was not renewed: {0}",
          failed.getMessage());
    }
    loop.arm(timer, loop.nanoTime() + RENEWAL.toNanos());
  }

  private void install() {
    KeyPair pair = Authority.keys(random);
    SpiffeId id =
        SpiffeId.ofServiceAccount(authority.trustDomain(), "inmesh-system", "control-plane");
    var names = new LinkedHashSet<>(List.of("localhost"));
    var addresses = new LinkedHashSet<>(List.of("127.0.0.1", "::1"));
    for (String host : hosts) {
      (IpRange.bytes(host) == null ? names : addresses).add(host);
    }
    X509Certificate leaf =
        authority.signServer(
            id, List.copyOf(names), List.copyOf(addresses), pair.getPublic(), LIFE);
    keys.updateIdentityCredentials(
        new X509Certificate[] {leaf, authority.root()}, pair.getPrivate());
  }

  X509KeyManager keys() {
    return keys;
  }

  @Override
  public void close() {
    loop.execute(timer::disarm);
  }
}
