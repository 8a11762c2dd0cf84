package io.inmesh.benchmarks.client;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.inmesh.proto.envoy.config.core.v3.Node;
import io.inmesh.proto.envoy.service.discovery.v3.DiscoveryRequest;
import io.inmesh.proto.envoy.service.discovery.v3.DiscoveryResponse;
import io.inmesh.xds.ads.AdsPlane;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * From {@code main()} to the first answer, printed as {@code first nanos=N}. The first argument is
 * {@code inmesh} (a member that joins and calls a service), {@code netty} (the bare client calls
 * the backend) or {@code grpc} (a channel of grpc-java gets its first response on a discovery
 * stream of the same plane); words as of {@link Target} follow.
 */
public final class FirstCall {
  private static final int PATIENCE_SECONDS = 30;
  private static final String LISTENERS = "type.googleapis.com/envoy.config.listener.v3.Listener";

  private FirstCall() {}

  /** Makes the call and ends the process. */
  public static void main(String[] arguments) throws Exception {
    long start = System.nanoTime();
    Map<String, String> words =
        Arrays.stream(arguments)
            .skip(1)
            .map(it -> it.split("=", 2))
            .collect(Collectors.toMap(it -> it[0], it -> it[1]));
    var target = new Target(words);
    switch (arguments[0]) {
      case "inmesh" -> new InmeshMember(target);
      case "netty" -> netty(target);
      default -> grpc(target);
    }
    System.out.println("first nanos=" + (System.nanoTime() - start));
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }

  private static void netty(Target target) throws Exception {
    var ended = new CompletableFuture<Boolean>();
    new NettyHttp1(target).call(ended::complete);
    if (!ended.get(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException("not the expected answer");
    }
  }

  private static void grpc(Target target) throws Exception {
    ManagedChannel channel =
        NettyChannelBuilder.forTarget(target.word("plaintext")).usePlaintext().build();
    ClientCall<DiscoveryRequest, DiscoveryResponse> call =
        channel.newCall(AdsPlane.STREAM, CallOptions.DEFAULT);
    var answered = new CompletableFuture<DiscoveryResponse>();
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(DiscoveryResponse message) {
            answered.complete(message);
          }
        },
        new Metadata());
    call.request(1);
    call.sendMessage(
        DiscoveryRequest.newBuilder()
            .setNode(Node.newBuilder().setId("first-call").setCluster("web"))
            .setTypeUrl(LISTENERS)
            .addResourceNames(target.word("authority") + ":80")
            .build());
    answered.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }
}
