package io.inmesh.cli.grpc;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCredentials;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * gRPC servers that answer any method with their own name, unless the request's headers say
 * otherwise: {@code x-hang: ID} for no answer before {@link #release}, {@code x-fail:
 * ID:TIMES:STATUS} for so many failures of the calls of that id first.
 */
final class EchoServers implements AutoCloseable {
  static final MethodDescriptor.Marshaller<String> TEXT =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(String value) {
          return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
          try {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
          } catch (IOException failed) {
            throw new UncheckedIOException(failed);
          }
        }
      };

  private final List<Server> servers = new ArrayList<>();
  private final Map<String, AtomicInteger> failures = new ConcurrentHashMap<>();
  private final Map<String, Runnable> hanging = new ConcurrentHashMap<>();

  static MethodDescriptor<String, String> method(String path) {
    return MethodDescriptor.<String, String>newBuilder()
        .setType(MethodDescriptor.MethodType.UNARY)
        .setFullMethodName(path)
        .setRequestMarshaller(TEXT)
        .setResponseMarshaller(TEXT)
        .build();
  }

  static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  /** Whether a call of an id waits. */
  boolean hangs(String id) {
    return hanging.containsKey(id);
  }

  /** Answers it. */
  void release(String id) {
    hanging.remove(id).run();
  }

  /** Starts one, which always fails if its name is {@code bad}; its port. */
  int start(String name, @Nullable ServerCredentials credentials) throws IOException {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    NettyServerBuilder builder =
        credentials == null
            ? NettyServerBuilder.forAddress(address)
            : NettyServerBuilder.forAddress(address, credentials);
    Server server = builder.fallbackHandlerRegistry(new Any(name)).build().start();
    servers.add(server);
    return server.getPort();
  }

  @Override
  public void close() {
    servers.forEach(Server::shutdownNow);
  }

  /** Every method. */
  private final class Any extends io.grpc.HandlerRegistry {
    private final String name;

    Any(String name) {
      this.name = name;
    }

    @Override
    public ServerMethodDefinition<?, ?> lookupMethod(String path, @Nullable String authority) {
      return ServerMethodDefinition.create(method(path), (call, headers) -> answer(call, headers));
    }

    private ServerCall.Listener<String> answer(ServerCall<String, String> call, Metadata headers) {
      call.request(1);
      return new ServerCall.Listener<>() {
        @Override
        public void onHalfClose() {
          String held = headers.get(key("x-hang"));
          if (held == null) {
            answer(call, failure(headers.get(key("x-fail"))));
          } else {
            hanging.put(held, () -> answer(call, Status.OK));
          }
        }
      };
    }

    private void answer(ServerCall<String, String> call, Status status) {
      if (status.isOk()) {
        call.sendHeaders(new Metadata());
        call.sendMessage(name);
      }
      call.close(status, new Metadata());
    }

    private Status failure(@Nullable String wanted) {
      if (wanted == null) {
        return name.equals("bad") ? Status.UNAVAILABLE : Status.OK;
      }
      String[] parts = wanted.split(":", -1);
      int before =
          failures.computeIfAbsent(parts[0], absent -> new AtomicInteger()).getAndIncrement();
      return before < Integer.parseInt(parts[1])
          ? Status.fromCodeValue(Integer.parseInt(parts[2]))
          : Status.OK;
    }
  }
}
