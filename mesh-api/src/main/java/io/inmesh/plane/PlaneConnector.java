package io.inmesh.plane;

import io.inmesh.config.Address;
import io.inmesh.identity.CertificateAuthority;
import io.inmesh.identity.JoinFile;
import io.inmesh.identity.SecretStore;
import io.inmesh.state.StateDirectory;
import java.time.Duration;
import java.util.Optional;

/**
 * Knows how to reach a control plane. The runtime is given one, or finds one by {@link
 * java.util.ServiceLoader}.
 */
public interface PlaneConnector {
  /** The subscription to config. */
  ConfigPlane plane(JoinFile join, Options options);

  /**
   * The authority that signs the process's certificate.
   *
   * @param own shows the authority a certificate that is still valid; without one the join token is
   *     shown
   */
  CertificateAuthority authority(JoinFile join, SecretStore own);

  /** Writes resources for people. Costly to make. */
  ResourceFormat format();

  /**
   * How a plane is subscribed to.
   *
   * @param variant which form of the protocol
   * @param initialFetchTimeout how long a name may stay unanswered before it counts as unknown; 15
   *     s by default
   * @param state where the last good config is kept; empty for nowhere
   * @param support what becomes of resources that are not honoured in full
   * @param reports what is told of this process; nothing by default
   */
  record Options(
      Variant variant,
      Duration initialFetchTimeout,
      Optional<StateDirectory> state,
      Support support,
      Reports reports) {
    /** Delta, 15 s, kept nowhere, used as far as they are honoured. */
    public static final Options DEFAULT =
        new Options(Variant.DELTA, Duration.ofSeconds(15), Optional.empty(), Support.DEFAULT);

    /** Without reports. */
    public Options(
        Variant variant,
        Duration initialFetchTimeout,
        Optional<StateDirectory> state,
        Support support) {
      this(variant, initialFetchTimeout, state, support, Reports.NONE);
    }

    /** The same with a state directory. */
    public Options withState(StateDirectory value) {
      return new Options(variant, initialFetchTimeout, Optional.of(value), support, reports);
    }

    /** The same with another form of the protocol. */
    public Options with(Variant value) {
      return new Options(value, initialFetchTimeout, state, support, reports);
    }

    /** The same with another {@link #support}. */
    public Options with(Support value) {
      return new Options(variant, initialFetchTimeout, state, value, reports);
    }

    /** The same with other {@link #reports}. */
    public Options with(Reports value) {
      return new Options(variant, initialFetchTimeout, state, support, value);
    }
  }

  /**
   * What is told of this process.
   *
   * @param loads whether the plane is told of load, where it asks for it. Source:
   *     envoy.service.load_stats.v3
   * @param clientStatus the loopback address where operators may ask for the state of each
   *     resource; nowhere by default. Source: envoy.service.status.v3
   */
  record Reports(boolean loads, Optional<Address> clientStatus) {
    /** Nothing is told. */
    public static final Reports NONE = new Reports(false, Optional.empty());
  }

  /** The two forms of the protocol. */
  enum Variant {
    /** Only what changes is sent. */
    DELTA,
    /** Each response holds all of its type. */
    STATE_OF_THE_WORLD
  }
}
