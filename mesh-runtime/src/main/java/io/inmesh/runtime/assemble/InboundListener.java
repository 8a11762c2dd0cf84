package io.inmesh.runtime.assemble;

import io.inmesh.config.Address;
import io.inmesh.config.ClientCertHeader;
import io.inmesh.config.FilterChain.Match;
import io.inmesh.config.TransportSocket;
import io.inmesh.loop.EventLoop;
import io.inmesh.runtime.downstream.Downstream;
import io.inmesh.runtime.downstream.FilterChains;
import io.inmesh.runtime.enforcement.ServedListener;
import io.inmesh.runtime.engine.Clusters;
import io.inmesh.runtime.engine.HttpChain;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The listener of calls to this process, found by its name, or by the address that it binds. Known
 * once {@link #begin} was called: it depends on the port that was bound.
 */
public final class InboundListener implements ServedListener {
  private static final String PREFIX = "xds.istio.io/grpc/lds/inbound/";
  private static final String ANYWHERE = "virtualInbound";

  private final ConfigWriter config;
  private final EventLoop configLoop;

  /** Who asked before it was known what to ask for; used on the config loop. */
  private final List<Runnable> early = new ArrayList<>();

  private volatile @Nullable Address address;

  /** Whether it was ever served. Never goes back, so that a lost race only delays it. */
  private volatile boolean seen;

  /** The same object as long as nothing changes. */
  private volatile @Nullable Found last;

  /** A listener that is not asked for yet. */
  public InboundListener(ConfigWriter config, EventLoop configLoop) {
    this.config = config;
    this.configLoop = configLoop;
  }

  /**
   * Asks the plane for it.
   *
   * @param advertised where others call this process
   */
  public void begin(Address advertised) {
    configLoop.execute(
        () -> {
          address = advertised;
          config.want(PREFIX + advertised);
          List.copyOf(early).forEach(decided -> config.ask(PREFIX + advertised, decided));
          early.clear();
        });
  }

  @Override
  public View now() {
    Address known = address;
    if (known == null) {
      return new Nothing(State.UNKNOWN);
    }
    Dataplane dataplane = config.dataplane();
    ListenerRuntime listener = find(dataplane, known);
    if (listener != null) {
      seen = true;
      Found before = last;
      if (before != null && before.listener() == listener && before.dataplane() == dataplane) {
        return before;
      }
      var found = new Found(listener, dataplane);
      last = found;
      return found;
    }
    if (seen) {
      return new Nothing(State.REMOVED);
    }
    boolean decided;
    if (config.asksForAll()) {
      decided = config.isSettled();
    } else {
      Destination destination = config.destination(PREFIX + known);
      decided = destination != null && destination.state() == Destination.State.ABSENT;
    }
    return new Nothing(decided ? State.ABSENT : State.UNKNOWN);
  }

  private static @Nullable ListenerRuntime find(Dataplane dataplane, Address at) {
    ListenerRuntime named = dataplane.listeners().get(PREFIX + at);
    if (named != null) {
      return named;
    }
    ListenerRuntime bound = dataplane.inbound(at);
    return bound == null ? dataplane.listeners().get(ANYWHERE) : bound;
  }

  @Override
  public void await(Runnable decided) {
    configLoop.execute(
        () -> {
          Address known = address;
          if (known == null) {
            early.add(decided);
          } else {
            config.ask(PREFIX + known, decided);
          }
        });
  }

  private record Nothing(State state) implements View {
    @Override
    public String name() {
      return "";
    }

    @Override
    public @Nullable TransportSocket socket(Downstream connection) {
      return null;
    }

    @Override
    public @Nullable HttpChain http(Downstream connection) {
      return null;
    }

    @Override
    public Clusters clusters() {
      return name -> null;
    }

    @Override
    public String revision() {
      return "";
    }
  }

  private record Found(ListenerRuntime listener, Dataplane dataplane) implements View {
    @Override
    public State state() {
      return State.SERVED;
    }

    @Override
    public String name() {
      return listener.config().name();
    }

    private ListenerRuntime.@Nullable Chain chain(Downstream connection) {
      List<ListenerRuntime.Chain> chains = listener.chains();
      boolean fallback = !chains.isEmpty() && chains.get(chains.size() - 1).fallback();
      List<Match> matches =
          chains.stream()
              .filter(chain -> !chain.fallback())
              .map(chain -> chain.config().match())
              .toList();
      int chosen = FilterChains.choose(matches, connection);
      if (chosen >= 0) {
        return chains.get(chosen);
      }
      return fallback ? chains.get(chains.size() - 1) : null;
    }

    @Override
    public @Nullable TransportSocket socket(Downstream connection) {
      ListenerRuntime.Chain chain = chain(connection);
      return chain == null || chain.http() == null ? null : chain.config().socket();
    }

    @Override
    public @Nullable HttpChain http(Downstream connection) {
      ListenerRuntime.Chain chain = chain(connection);
      return chain == null || chain.http() == null ? null : chain.http().chain();
    }

    @Override
    public ClientCertHeader clientCert(Downstream connection) {
      ListenerRuntime.Chain chain = chain(connection);
      return chain == null
          ? ClientCertHeader.SANITIZE
          : chain
              .config()
              .network()
              .http()
              .map(http -> http.forwarding().clientCert())
              .orElse(ClientCertHeader.SANITIZE);
    }

    @Override
    public Clusters clusters() {
      return dataplane;
    }

    @Override
    public String revision() {
      return dataplane.revision();
    }
  }
}
