package io.inmesh.benchmarks.client;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.EquivalentAddressGroup;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.MethodDescriptor;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.StatusOr;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * grpc-java, unary. Words: {@code form=plain} with round robin over the endpoints, or {@code
 * form=xds} with {@code plaintext}, the control plane, and {@code authority}.
 */
final class GrpcPeer implements Client.Asynchronous {
  private static final MethodDescriptor.Marshaller<byte[]> BYTES = new Bytes();
  private static final byte[] MESSAGE = new byte[16];

  private final ManagedChannel channel;
  private final MethodDescriptor<byte[], byte[]> method;
  private final int expected;

  GrpcPeer(Target target) {
    method =
        MethodDescriptor.newBuilder(BYTES, BYTES)
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(target.path().substring(1))
            .build();
    expected = target.bytes();
    channel = (target.word("form").equals("xds") ? xds(target) : plain(target)).build();
  }

  private static ManagedChannelBuilder<?> xds(Target target) {
    System.setProperty(
        "io.grpc.xds.bootstrapConfig",
        """
        {"xds_servers": [{"server_uri": "%s", "channel_creds": [{"type": "insecure"}],
          "server_features": ["xds_v3"]}], "node": {"id": "grpc", "cluster": "web"}}
        """
            .formatted(target.word("plaintext")));
    return Grpc.newChannelBuilder(
        "xds:///" + target.word("authority") + ":80", InsecureChannelCredentials.create());
  }

  private static ManagedChannelBuilder<?> plain(Target target) {
    NameResolverRegistry.getDefaultRegistry().register(new Fixed(target.endpoints()));
    return Grpc.newChannelBuilder("fixed:///backend", InsecureChannelCredentials.create())
        .defaultLoadBalancingPolicy("round_robin");
  }

  @Override
  public void call(Done done) {
    ClientCall<byte[], byte[]> call = channel.newCall(method, CallOptions.DEFAULT);
    ClientCalls.asyncUnaryCall(
        call,
        MESSAGE,
        new StreamObserver<>() {
          private boolean asExpected;

          @Override
          public void onNext(byte[] answer) {
            asExpected = answer.length == expected;
          }

          @Override
          public void onError(Throwable failure) {
            done.done(false);
          }

          @Override
          public void onCompleted() {
            done.done(asExpected);
          }
        });
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException broken) {
        throw new UncheckedIOException(broken);
      }
    }
  }

  /** Resolves any name to the same addresses. */
  private static final class Fixed extends NameResolverProvider {
    private final List<EquivalentAddressGroup> addresses;

    Fixed(List<InetSocketAddress> endpoints) {
      addresses = endpoints.stream().map(EquivalentAddressGroup::new).toList();
    }

    @Override
    public @Nullable NameResolver newNameResolver(URI target, NameResolver.Args arguments) {
      return new NameResolver() {
        @Override
        public String getServiceAuthority() {
          return "backend";
        }

        @Override
        public void start(Listener2 listener) {
          var result =
              ResolutionResult.newBuilder()
                  .setAddressesOrError(StatusOr.fromValue(addresses))
                  .build();
          listener.onResult(result);
        }

        @Override
        public void shutdown() {}
      };
    }

    @Override
    public String getDefaultScheme() {
      return "fixed";
    }

    @Override
    protected boolean isAvailable() {
      return true;
    }

    @Override
    protected int priority() {
      return 5;
    }
  }
}
