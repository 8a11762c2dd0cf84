package io.inmesh.runtime.engine;

import io.inmesh.config.TransportSocket;
import io.inmesh.runtime.cluster.ClusterHost;
import io.inmesh.runtime.cluster.ClusterRuntime;
import io.inmesh.runtime.stats.Kind;
import io.inmesh.runtime.stats.Party;
import io.inmesh.runtime.stats.Relation;
import io.inmesh.runtime.stats.Relation.Reporter;
import io.inmesh.runtime.stats.Relation.Service;
import io.inmesh.runtime.stats.Traffic;
import io.inmesh.runtime.stats.TrafficBook;
import io.inmesh.runtime.stats.TrafficTable;
import java.util.function.Supplier;

/**
 * Counts ended calls by who calls whom, as the source sees it. What a host's calls are counted by
 * hangs at the host, so that an ordinary call is counted without a look-up.
 */
public final class CallMeters {
  private final TrafficBook book;
  private final Supplier<Party> self;
  private final TrafficTable nowhere;

  /**
   * Counts into a book.
   *
   * @param self this process, with its identity of now
   */
  public CallMeters(TrafficBook book, Supplier<Party> self) {
    this.book = book;
    this.self = self;
    this.nowhere = book.table(relation(unproved(), Party.UNKNOWN, Service.UNKNOWN));
  }

  private static Relation relation(Party source, Party destination, Service service) {
    return new Relation(Reporter.SOURCE, source, destination, service, Party.UNKNOWN.workload());
  }

  /** This process as it is to those to whom it does not prove who it is. */
  private Party unproved() {
    return self.get().withPrincipal("");
  }

  /** A call is about to be forwarded. */
  void forwarded(OutgoingCall call) {
    if (call.isGrpc()) {
      call.messages = new GrpcMessages();
    }
  }

  void ended(OutgoingCall call) {
    Traffic traffic = table(call).of(call.status(), call.flagBits(), grpcStatus(call));
    traffic.record(
        call.stripe(), call.nowNanos() - call.startNanos(), call.bytesSent(), call.bytesReceived());
    GrpcMessages messages = call.messages;
    if (messages != null) {
      traffic.messages(call.stripe(), messages.sent.count(), messages.received.count());
    }
  }

  private static int grpcStatus(OutgoingCall call) {
    return call.isGrpc()
        ? Kind.grpcStatus(call.responseHeaders(), call.responseTrailers())
        : Kind.NOT_GRPC;
  }

  private TrafficTable table(OutgoingCall call) {
    Attempt attempt = call.attempt;
    ClusterHost host = attempt == null ? null : attempt.host();
    if (host != null) {
      TrafficTable known = host.traffic();
      return known != null ? known : table(host);
    }
    ClusterRuntime cluster = call.cluster;
    if (cluster == null) {
      return nowhere;
    }
    TrafficTable known = cluster.traffic();
    return known != null ? known : table(cluster);
  }

  private TrafficTable table(ClusterHost host) {
    Service service = Naming.service(host.cluster());
    Party destination = Naming.workload(service, host.cluster(), host.endpoint());
    Party source = unproved();
    if (host.socket() instanceof TransportSocket.UpstreamTls tls) {
      source = self.get();
      destination = destination.withPrincipal(Naming.identity(tls));
    }
    TrafficTable made = book.table(relation(source, destination, service));
    host.countBy(made);
    return made;
  }

  private TrafficTable table(ClusterRuntime cluster) {
    TrafficTable made =
        book.table(relation(unproved(), Party.UNKNOWN, Naming.service(cluster.config())));
    cluster.countBy(made);
    return made;
  }
}
