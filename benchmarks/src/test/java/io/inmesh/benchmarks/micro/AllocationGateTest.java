package io.inmesh.benchmarks.micro;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.inmesh.call.Call;
import io.inmesh.call.CallSink;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.config.Address;
import io.inmesh.config.ProtocolOptions;
import io.inmesh.config.TransportSocket;
import io.inmesh.loop.EventLoop;
import io.inmesh.runtime.MeshRuntime;
import io.inmesh.testkit.VirtualLoop;
import io.inmesh.transport.ConnectionLimits;
import io.inmesh.transport.ConnectionPool;
import io.inmesh.transport.Stream;
import io.inmesh.transport.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.ResourceLeakDetector;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * How many bytes does the mesh add to one call? A GET through a table of 1,000 routes, with a retry
 * policy, a per-try timeout, a deadline, thresholds and four hosts, against the same exchange with
 * the transport alone. The transport is in memory, so nothing of it hides anything of the mesh; a
 * bare exchange with Netty's own codec is measured beside it, for scale.
 */
class AllocationGateTest {
  /**
   * Of these, 56 came with hedging, slow responses and bodies that filters wait for, and 40 with
   * circuit breakers, fallbacks and what is asked for on demand: fields of the call and its
   * attempt. What most calls never use belongs into objects of its own that only the others make.
   */
  private static final int MOST_ADDED = 685;

  private static final int CALLS = 20_000;
  private static final int ROUNDS = 40;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final VirtualLoop loop = new VirtualLoop();
  private final Headers headers =
      Headers.of("accept", "*/*", "user-agent", "gate", "x-tenant", "one").freeze();
  private final Taker taker = new Taker();
  private Object made = taker;

  /** Netty's own tracking of buffers would be counted as well. */
  @BeforeAll
  static void stopLeakDetection() {
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
  }

  @Test
  void aCallAddsNoMoreThanItMay() {
    long bare = bytes(this::bareExchange);
    long netty = bytes(nettyExchange());
    MeshRuntime mesh = CallBenchmark.meshOf(loop);
    long whole = bytes(() -> meshCall(mesh));
    System.out.printf(
        "allocated per call: %d B in the mesh, %d B by its transport alone: %d B added"
            + " (limit %d); a bare exchange with Netty's codec: %d B%n",
        whole, bare, whole - bare, MOST_ADDED, netty);
    assertThat(taker.failures).isZero();
    assertThat(made).isNotNull();
    assertThat(whole - bare).as("bytes added to one call").isBetween(1L, (long) MOST_ADDED);
    assertThat(whole).isLessThanOrEqualTo(netty + MOST_ADDED);
    mesh.close();
  }

  private Request request() {
    return new Request("GET", "http", "reviews:80", "/service/987/item?id=5", headers);
  }

  private void meshCall(MeshRuntime mesh) {
    taker.ended = false;
    Request request = request();
    made = request;
    Call call = mesh.call(loop, request, taker);
    call.demand(Integer.MAX_VALUE);
    taker.check();
  }

  /** What a caller of the transport alone would do. */
  private void bareExchange() {
    Request request = request();
    made = request;
    new Bare(request, taker).run(pool, loop);
  }

  private final ConnectionPool pool =
      new InstantTransport()
          .pool(
              new Transport.PoolSettings(
                  new Address("10.0.0.1", 80),
                  "",
                  new TransportSocket.RawBuffer(),
                  ProtocolOptions.HTTP_1,
                  Duration.ofSeconds(5),
                  ConnectionLimits.NONE));

  private static final class Bare implements Stream.Handler, Stream.RequestHead {
    private final Request request;
    private final Taker sink;

    Bare(Request request, Taker sink) {
      this.request = request;
      this.sink = sink;
    }

    void run(ConnectionPool from, EventLoop on) {
      sink.ended = false;
      from.open(on, this);
      sink.check();
    }

    @Override
    public void onOpen(Stream stream) {
      stream.head(this, request.headers(), 0, true);
      stream.demand(Integer.MAX_VALUE);
    }

    @Override
    public void onWritable(int chunks) {}

    @Override
    public void onHead(int status, Headers fields) {
      sink.onHead(status, fields);
    }

    @Override
    public void onData(ByteBuffer chunk) {
      sink.onData(chunk);
    }

    @Override
    public void onTrailers(Headers trailers) {}

    @Override
    public void onClose(Stream.Closed how, String reason) {
      sink.onEnd(CallSink.Ended.COMPLETE);
    }

    @Override
    public String method() {
      return request.method();
    }

    @Override
    public String scheme() {
      return request.scheme();
    }

    @Override
    public String authority() {
      return request.authority();
    }

    @Override
    public String path() {
      return request.path();
    }
  }

  private static Runnable nettyExchange() {
    var channel = new EmbeddedChannel(new HttpClientCodec());
    ByteBuf answer =
        Unpooled.copiedBuffer(
            "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 64\r\n"
                + "date: Sat, 21 Nov 2026 12:00:00 GMT\r\n\r\n"
                + "x".repeat(64),
            StandardCharsets.US_ASCII);
    return () -> {
      var request =
          new DefaultFullHttpRequest(
              HttpVersion.HTTP_1_1,
              HttpMethod.GET,
              "/service/987/item?id=5",
              Unpooled.EMPTY_BUFFER);
      request.headers().add("host", "reviews:80");
      request.headers().add("accept", "*/*");
      request.headers().add("user-agent", "gate");
      request.headers().add("x-tenant", "one");
      channel.writeOutbound(request);
      drain(channel.outboundMessages().poll());
      channel.writeInbound(answer.retainedDuplicate());
      for (Object part = channel.readInbound(); part != null; part = channel.readInbound()) {
        drain(part);
      }
      for (Object part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
        drain(part);
      }
    };
  }

  private static void drain(Object message) {
    ReferenceCountUtil.release(message);
  }

  /** The least of several rounds: what is allocated by compilation and warm-up is no call's. */
  private long bytes(Runnable call) {
    long least = Long.MAX_VALUE;
    for (int round = 0; round < ROUNDS; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < CALLS; i++) {
        call.run();
      }
      long after = threads.getCurrentThreadAllocatedBytes();
      least = Math.min(least, (after - before) / CALLS);
    }
    return least;
  }

  /** Takes an answer and keeps nothing. */
  private static final class Taker implements CallSink {
    private boolean ended;
    private int status;
    private int bytes;
    private int failures;

    @Override
    public void onHead(int code, Headers fields) {
      status = code;
      bytes = 0;
    }

    @Override
    public void onData(ByteBuffer chunk) {
      bytes += chunk.remaining();
    }

    @Override
    public void onTrailers(Headers trailers) {}

    @Override
    public void onEnd(Ended how) {
      ended = true;
    }

    void check() {
      if (!ended || status != 200 || bytes != 64) {
        failures++;
      }
    }
  }
}
