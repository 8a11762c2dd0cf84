package io.inmesh.cli.grpc;

import io.grpc.CallOptions;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.NameResolverRegistry;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.xds.XdsNameResolverProvider;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** gRPC's own client, with grpc-xds. */
final class GrpcJava implements GrpcClient {
  private final String scheme;
  private final ChannelCredentials credentials;
  private final XdsNameResolverProvider resolver;
  private final Map<String, ManagedChannel> channels = new HashMap<>();

  GrpcJava(String scheme, Map<String, ?> bootstrap, ChannelCredentials credentials) {
    this.scheme = scheme;
    this.credentials = credentials;
    this.resolver = XdsNameResolverProvider.createForTest(scheme, bootstrap);
    NameResolverRegistry.getDefaultRegistry().register(resolver);
  }

  private synchronized ManagedChannel channel(String host) {
    return channels.computeIfAbsent(
        host, name -> Grpc.newChannelBuilder(scheme + ":///" + name + ":80", credentials).build());
  }

  @Override
  public String call(String host, String method, Map<String, String> headers) {
    var metadata = new Metadata();
    headers.forEach((name, value) -> metadata.put(EchoServers.key(name), value));
    try {
      return "OK "
          + ClientCalls.blockingUnaryCall(
              io.grpc.ClientInterceptors.intercept(
                  channel(host), MetadataUtils.newAttachHeadersInterceptor(metadata)),
              EchoServers.method(method),
              CallOptions.DEFAULT.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS),
              "");
    } catch (StatusRuntimeException failed) {
      return failed.getStatus().getCode().name();
    }
  }

  @Override
  public void close() throws InterruptedException {
    for (ManagedChannel channel : channels.values()) {
      channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
    NameResolverRegistry.getDefaultRegistry().deregister(resolver);
  }
}
