package io.inmesh.runtime.observe.micrometer;

import io.inmesh.call.Flag;
import io.inmesh.runtime.stats.Kind;
import io.inmesh.runtime.stats.Party;
import io.inmesh.runtime.stats.Relation;
import io.inmesh.runtime.stats.Relation.Reporter;
import io.inmesh.runtime.stats.Traffic;
import io.micrometer.core.instrument.Tags;
import java.util.Locale;

/** The labels of Istio's standard metrics. Source: Istio, "Istio Standard Metrics". */
final class IstioLabels {
  private static final Flag[] FLAGS = Flag.values();

  private IstioLabels() {}

  static Tags of(Traffic traffic) {
    Relation relation = traffic.relation();
    Kind kind = traffic.kind();
    boolean grpc = kind.grpcStatus() != Kind.NOT_GRPC;
    return Tags.of("reporter", relation.reporter() == Reporter.SOURCE ? "source" : "destination")
        .and(party("source", relation.source()))
        .and(party("destination", relation.destination()))
        .and(
            "destination_service", relation.service().host(),
            "destination_service_name", relation.service().name(),
            "destination_service_namespace", relation.service().namespace(),
            "request_protocol", grpc ? "grpc" : "http",
            "response_code", Integer.toString(kind.status()),
            "grpc_response_status", kind.grpcStatus() < 0 ? "" : "" + kind.grpcStatus(),
            "response_flags", flags(kind.flags()),
            "connection_security_policy", relation.security());
  }

  private static Tags party(String side, Party party) {
    return Tags.of(
        side + "_workload", party.workload(),
        side + "_workload_namespace", party.namespace(),
        side + "_principal", party.principal(),
        side + "_app", party.app(),
        side + "_version", party.version(),
        side + "_canonical_service", party.canonicalService(),
        side + "_canonical_revision", party.canonicalRevision(),
        side + "_cluster", party.cluster());
  }

  private static String flags(int bits) {
    if (bits == 0) {
      return "-";
    }
    var text = new StringBuilder();
    for (Flag flag : FLAGS) {
      if ((bits & 1 << flag.ordinal()) != 0) {
        text.append(text.length() == 0 ? "" : ",").append(flag);
      }
    }
    return text.toString();
  }

  /** The name of an enum's constant as it stands in metrics. */
  static String dotted(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '.');
  }
}
