package io.inmesh.benchmarks.client;

import io.inmesh.call.Call;
import io.inmesh.call.CallSink;
import io.inmesh.call.Headers;
import io.inmesh.identity.JoinFile;
import io.inmesh.plane.PlaneConnector;
import io.inmesh.runtime.MeshBuilder;
import io.inmesh.runtime.MeshRuntime;
import io.inmesh.runtime.net.Loops;
import io.inmesh.runtime.net.NettyLoop;
import io.inmesh.xds.AdsConnector;
import io.inmesh.xds.ads.AdsOptions;
import io.inmesh.xds.ads.AdsPlane;
import io.inmesh.xds.ads.ResourceMemory;
import io.inmesh.xds.codec.Decoder;
import io.inmesh.xds.codec.DecoderOptions;
import io.inmesh.xds.codec.Extensions;
import io.inmesh.xds.grpc.PlaneServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;

/**
 * The product's form for frameworks that live on event loops: callbacks on the loop of the call, or
 * ({@code form=direct}) the asynchronous form whose stages complete there. Words as of {@link
 * InmeshMember}, and {@code certificates}.
 */
final class InmeshLean implements Client.Asynchronous {
  private final Loops loops;
  private final MeshRuntime mesh;
  private final InmeshMember.Requests requests;
  private final boolean direct;

  InmeshLean(Target target) throws Exception {
    this(target, joined(target));
  }

  private InmeshLean(Target target, MeshBuilder described) throws InterruptedException {
    requests = new InmeshMember.Requests(target);
    direct = target.word("form", "lean").equals("direct");
    int threads = target.number("loops", 1);
    loops = new Loops(new Loops.Settings(threads, "loop", 1, System::nanoTime, true));
    mesh =
        described
            .loops(loops)
            .executor(Runnable::run)
            .telemetry(MeasuredTelemetry.of(target))
            .want(target.word("authority"))
            .build();
    requests.awaitFirst(mesh.blocking());
  }

  /** Without identity, over a plaintext stream: the word {@code plaintext}, {@code host:port}. */
  static InmeshLean overPlaintext(Target target) throws InterruptedException {
    var server = PlaneServer.of(target.word("plaintext"), new PlaneServer.Plaintext());
    var decoder = new Decoder(Extensions.enforced(), DecoderOptions.DEFAULT).forStream();
    var plane =
        new AdsPlane(AdsOptions.of(server), decoder, ResourceMemory.NONE, InstantSource.system());
    return new InmeshLean(target, MeshRuntime.builder().plane(plane));
  }

  private static MeshBuilder joined(Target target) throws IOException {
    JoinFile join = JoinFile.parse(Files.readString(Path.of(target.word("join"))));
    return MeshRuntime.builder()
        .service(join.service())
        .plane(new AdsConnector().plane(join, PlaneConnector.Options.DEFAULT))
        .secrets(new PemSecrets(target.certificate("."), join.trustDomain()));
  }

  @Override
  public void call(Done done) {
    if (direct) {
      mesh.send(requests.next())
          .whenComplete(
              (response, failure) -> done.done(failure == null && requests.fits(response)));
      return;
    }
    NettyLoop loop = Loops.current();
    if (loop == null) {
      NettyLoop chosen = loops.choose();
      chosen.execute(() -> start(chosen, done));
    } else {
      start(loop, done);
    }
  }

  private void start(NettyLoop loop, Done done) {
    Call call = mesh.call(loop, requests.next(), new Sink(done, requests.expected()));
    call.demand(Integer.MAX_VALUE);
  }

  @Override
  public void close() {
    mesh.close();
    loops.close();
  }

  private static final class Sink implements CallSink {
    private final Done done;
    private final int expected;
    private int status;
    private int bytes;

    Sink(Done done, int expected) {
      this.done = done;
      this.expected = expected;
    }

    @Override
    public void onHead(int code, Headers headers) {
      status = code;
    }

    @Override
    public void onData(ByteBuffer chunk) {
      bytes += chunk.remaining();
    }

    @Override
    public void onTrailers(Headers trailers) {}

    @Override
    public void onEnd(Ended how) {
      done.done(how == Ended.COMPLETE && status == 200 && bytes == expected);
    }
  }
}
