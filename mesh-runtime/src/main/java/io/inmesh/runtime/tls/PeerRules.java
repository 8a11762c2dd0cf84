package io.inmesh.runtime.tls;

import io.inmesh.config.StringMatcher;
import io.inmesh.config.TransportSocket.SanMatcher;
import io.inmesh.config.TransportSocket.SanType;
import io.inmesh.config.TransportSocket.Validation;
import io.netty.util.NetUtil;
import java.util.List;
import java.util.Optional;

/**
 * What a peer's certificate must be.
 *
 * @param chain whether an authority of ours must have signed it
 * @param names one of them must stand in it; empty for any
 * @param spiffe whether it must hold a SPIFFE identity
 * @param hashes lower-case hex SHA-256 of the leaf; empty for any
 * @param spkiHashes base64 SHA-256 of the public key; empty for any
 */
record PeerRules(
    boolean chain,
    List<SanRule> names,
    boolean spiffe,
    List<String> hashes,
    List<String> spkiHashes,
    boolean acceptUntrusted,
    boolean allowExpired) {
  /**
   * What a config says.
   *
   * @param name a DNS name, or an IP address, that must stand in the certificate instead of the
   *     configured names; empty for none
   */
  static PeerRules of(Optional<Validation> config, String name) {
    if (config.isEmpty()) {
      return new PeerRules(false, List.of(), false, List.of(), List.of(), false, false);
    }
    Validation validation = config.get();
    List<SanMatcher> matchers =
        name.isEmpty()
            ? validation.subjectAltNames()
            : List.of(new SanMatcher(type(name), new StringMatcher.Exact(name, true)));
    return new PeerRules(
        validation.authorities().isPresent(),
        matchers.stream().map(SanRule::new).toList(),
        false,
        validation.certificateHashes(),
        validation.spkiHashes(),
        validation.acceptUntrusted(),
        validation.allowExpired());
  }

  private static SanType type(String name) {
    boolean address = NetUtil.createByteArrayFromIpAddressString(name) != null;
    return address ? SanType.IP_ADDRESS : SanType.DNS;
  }
}
