package io.inmesh.xds.ads;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.inmesh.plane.ConfigPlane;
import io.inmesh.plane.PlaneContext;
import io.inmesh.proto.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.inmesh.proto.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.inmesh.proto.envoy.service.discovery.v3.DiscoveryRequest;
import io.inmesh.proto.envoy.service.discovery.v3.DiscoveryResponse;
import io.inmesh.xds.grpc.Messages;
import io.inmesh.xds.grpc.PlaneServer;
import java.time.InstantSource;

/**
 * A control plane that speaks ADS: any xDS server, ours included. Source:
 * envoy.service.discovery.v3.AggregatedDiscoveryService.
 */
public final class AdsPlane implements ConfigPlane {
  private static final String SERVICE = "envoy.service.discovery.v3.AggregatedDiscoveryService";

  /** The method of the state-of-the-world variant. */
  public static final MethodDescriptor<DiscoveryRequest, DiscoveryResponse> STREAM =
      method(
          "StreamAggregatedResources",
          DiscoveryRequest.getDefaultInstance(),
          DiscoveryResponse.getDefaultInstance());

  /** The method of the delta variant. */
  public static final MethodDescriptor<DeltaDiscoveryRequest, DeltaDiscoveryResponse> DELTA =
      method(
          "DeltaAggregatedResources",
          DeltaDiscoveryRequest.getDefaultInstance(),
          DeltaDiscoveryResponse.getDefaultInstance());

  private final AdsOptions options;
  private final ResourceDecoder decoder;
  private final ResourceMemory memory;
  private final InstantSource clock;

  /**
   * A plane; nothing happens before {@link #open}.
   *
   * @param memory keeps what was accepted for the next run; {@link ResourceMemory#NONE} for nothing
   * @param clock tells whether our own certificate is still valid
   */
  public AdsPlane(
      AdsOptions options, ResourceDecoder decoder, ResourceMemory memory, InstantSource clock) {
    this.options = options;
    this.decoder = decoder;
    this.memory = memory;
    this.clock = clock;
  }

  private static <Q extends Message, R extends Message> MethodDescriptor<Q, R> method(
      String name, Q request, R response) {
    return Messages.method(MethodType.BIDI_STREAMING, SERVICE, name, request, response);
  }

  @Override
  public Session open(PlaneContext context) {
    return options.variant() == AdsOptions.Variant.DELTA
        ? open(context, DELTA, Delta::new)
        : open(context, STREAM, StateOfTheWorld::new);
  }

  private <Q, R> Session open(
      PlaneContext context,
      MethodDescriptor<Q, R> method,
      AdsSession.ExchangeMaker<Q, R> exchanges) {
    var streams =
        new GrpcStreams<>(method, options, context.secrets(), context.configLoop(), clock);
    var session =
        new AdsSession<>(
            new AdsSession.Settings<>(
                options,
                options.servers().stream().map(PlaneServer::target).toList(),
                streams,
                exchanges,
                decoder,
                memory),
            context);
    context.configLoop().execute(session::start);
    return options.loadReports() ? reporting(session, context) : session;
  }

  private Session reporting(Session session, PlaneContext context) {
    var streams =
        new GrpcStreams<>(
            LoadReporter.STREAM, options, context.secrets(), context.configLoop(), clock);
    var reporter = new LoadReporter(options, streams, context);
    context.configLoop().execute(reporter::start);
    return new WithEnd(session, reporter::close);
  }
}
