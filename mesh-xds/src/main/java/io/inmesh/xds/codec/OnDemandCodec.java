package io.inmesh.xds.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.inmesh.config.OnDemand;
import io.inmesh.proto.envoy.extensions.filters.http.on_demand.v3.OnDemandCds;
import io.inmesh.proto.envoy.extensions.filters.http.on_demand.v3.PerRouteConfig;
import java.util.Optional;

/** The filter that asks for virtual hosts and clusters. */
final class OnDemandCodec implements ExtensionCodec<OnDemand> {
  @Override
  public String type() {
    return OnDemand.TYPE;
  }

  @Override
  public Class<OnDemand> settings() {
    return OnDemand.class;
  }

  @Override
  public OnDemand decode(Decoding in, ByteString bytes) throws InvalidProtocolBufferException {
    var message =
        io.inmesh.proto.envoy.extensions.filters.http.on_demand.v3.OnDemand.parseFrom(bytes);
    return new OnDemand(clusters(in, message.hasOdcds(), message.getOdcds()));
  }

  @Override
  public void checkForRoute(Decoding in, OnDemand settings) {
    throw in.refuse("routes have settings of type " + OnDemand.PerRoute.TYPE);
  }

  private static Optional<OnDemand.Clusters> clusters(
      Decoding in, boolean has, OnDemandCds message) {
    return in.inside(has, "odcds", message, OnDemandCodec::clusters);
  }

  /** Whatever its source says, a cluster is asked for where its routes came from. */
  private static OnDemand.Clusters clusters(Decoding in, OnDemandCds message) {
    if (!message.hasSource()) {
      throw in.refuse("source", "must be given");
    }
    if (!message.getResourcesLocator().isEmpty()) {
      throw in.refuse("resources_locator", "is not supported");
    }
    return new OnDemand.Clusters(
        in.duration(
            message.hasTimeout(), "timeout", message.getTimeout(), OnDemand.Clusters.TIMEOUT));
  }

  @Override
  public Message encode(OnDemand settings) {
    var message = io.inmesh.proto.envoy.extensions.filters.http.on_demand.v3.OnDemand.newBuilder();
    settings.clusters().ifPresent(clusters -> message.setOdcds(message(clusters)));
    return message.build();
  }

  private static OnDemandCds message(OnDemand.Clusters clusters) {
    return OnDemandCds.newBuilder()
        .setSource(Sources.ADS)
        .setTimeout(Protos.duration(clusters.timeout()))
        .build();
  }

  /** What routes say about it. */
  static final class PerRoute implements ExtensionCodec<OnDemand.PerRoute> {
    @Override
    public String type() {
      return OnDemand.PerRoute.TYPE;
    }

    @Override
    public Class<OnDemand.PerRoute> settings() {
      return OnDemand.PerRoute.class;
    }

    @Override
    public OnDemand.PerRoute decode(Decoding in, ByteString bytes)
        throws InvalidProtocolBufferException {
      PerRouteConfig message = PerRouteConfig.parseFrom(bytes);
      return new OnDemand.PerRoute(clusters(in, message.hasOdcds(), message.getOdcds()));
    }

    @Override
    public Message encode(OnDemand.PerRoute settings) {
      var message = PerRouteConfig.newBuilder();
      settings.clusters().ifPresent(clusters -> message.setOdcds(message(clusters)));
      return message.build();
    }
  }
}
