package io.inmesh.runtime.observe;

import io.inmesh.call.Flag;
import io.inmesh.identity.SpiffeId;
import io.inmesh.runtime.inbound.RequestListener;
import io.inmesh.runtime.stats.Kind;
import io.inmesh.runtime.stats.Party;
import io.inmesh.runtime.stats.Relation;
import io.inmesh.runtime.stats.Relation.Reporter;
import io.inmesh.runtime.stats.Relation.Service;
import io.inmesh.runtime.stats.Stripes;
import io.inmesh.runtime.stats.TrafficBook;
import io.inmesh.runtime.stats.TrafficTable;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Counts requests that come in by who calls, as the destination sees it. On the loops. */
final class ServerMeters implements RequestListener {
  private static final int LOST = 1 << Flag.DC.ordinal();

  private final TrafficBook book;
  private final Stripes stripes;
  private final Supplier<Party> self;
  private final Map<Optional<SpiffeId>, TrafficTable> peers = new ConcurrentHashMap<>();

  ServerMeters(TrafficBook book, Stripes stripes, Supplier<Party> self) {
    this.book = book;
    this.stripes = stripes;
    this.self = self;
  }

  @Override
  public void onEnd(Served served) {
    Optional<SpiffeId> peer = served.request().peer();
    TrafficTable known = peers.get(peer);
    int grpcStatus =
        Kind.isGrpc(served.request().headers())
            ? Kind.grpcStatus(served.headers(), served.trailers())
            : Kind.NOT_GRPC;
    (known == null ? met(peer) : known)
        .of(served.status(), served.complete() ? 0 : LOST, grpcStatus)
        .record(stripes.of(served.loop()), served.nanos(), served.received(), served.sent());
  }

  private TrafficTable met(Optional<SpiffeId> peer) {
    Party own = self.get();
    // The name that the source's side has from the plane, in its usual form.
    String host = own.canonicalService() + "." + own.namespace() + ".svc.cluster.local";
    var service = new Service(host, own.canonicalService(), own.namespace());
    TrafficTable table =
        book.table(
            new Relation(
                Reporter.DESTINATION,
                peer.map(id -> Party.ofPrincipal(id.uri())).orElse(Party.UNKNOWN),
                peer.isPresent() ? own : own.withPrincipal(""),
                service,
                peer.isPresent() ? "mutual_tls" : "none"));
    if (peers.size() < book.most()) {
      peers.put(peer, table);
    }
    return table;
  }
}
