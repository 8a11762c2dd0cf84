package io.inmesh.cli.command;

import com.google.gson.Gson;
import io.inmesh.call.Body;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.call.StreamingResponse;
import io.inmesh.cli.load.DaemonThreads;
import io.inmesh.runtime.member.Member;
import io.inmesh.runtime.net.Loops;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code inmesh flood}: sends a stream, reads what comes back slowly, and compares. Used by the
 * demo in a process with little memory.
 */
@Command(
    name = "flood",
    hidden = true,
    description = "Streams bytes to an echo service and back.",
    mixinStandardHelpOptions = true)
public final class FloodCommand implements Callable<Integer> {
  private static final int CHUNK = 16 * 1024;
  private static final int WINDOW = 8;
  private static final int PAUSE_EVERY = 256;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "URL")
  private URI url;

  @Mixin private Joining joining;

  @Option(
      names = "--bytes",
      defaultValue = "1073741824",
      description = "How many bytes (default: ${DEFAULT-VALUE}).")
  private long bytes;

  @Option(
      names = "--cancel-at",
      defaultValue = "-1",
      description = "Cancel when so many bytes have come back; -1 for never.")
  private long cancelAt;

  private final AtomicLong most = new AtomicLong();

  @Override
  public Integer call() throws Exception {
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(new DaemonThreads("inmesh-flood"));
    Map<String, Object> facts = new LinkedHashMap<>();
    try (Member member = joining.member().start()) {
      member.awaitIdentity(Duration.ofSeconds(15));
      var sent = new CRC32();
      var source = new Pattern(bytes, sent);
      Request request = Request.of("POST", url).withBody(source);
      StreamingResponse response =
          member.mesh().exchange(request).toCompletableFuture().get(30, TimeUnit.SECONDS);
      var reader = new SlowReader(response.body(), timer);
      response.body().open(reader);
      response.body().demand(WINDOW);
      String end = reader.ended.get(10, TimeUnit.MINUTES);
      facts.put("status", response.status());
      facts.put("end", end);
      facts.put("sent", source.given());
      facts.put("received", reader.received.get());
      facts.put("equal", sent.getValue() == reader.checksum.getValue());
      facts.put("most_under_way", most.get());
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
      while (!isQuiet(member) && System.nanoTime() < until) {
        timer.schedule(() -> {}, 10, TimeUnit.MILLISECONDS).get();
      }
      facts.put("in_flight", member.runtime().counters().inFlight());
      facts.put("streams", member.runtime().streams());
      // A pooled connection may stay; none may outlive the mesh.
      member.runtime().close();
      while (member.runtime().connections() > 0 && System.nanoTime() < until) {
        timer.schedule(() -> {}, 10, TimeUnit.MILLISECONDS).get();
      }
      facts.put("connections", member.runtime().connections());
      facts.put("pinned_direct_bytes", Loops.directMemoryInUse());
    }
    spec.commandLine().getOut().println(new Gson().toJson(facts));
    return 0;
  }

  private boolean isQuiet(Member member) {
    return member.runtime().counters().inFlight() == 0
        && member.runtime().streams() == 0
        && Loops.directMemoryInUse() == 0;
  }

  /** Bytes that depend on their place, so that a lost or repeated chunk shows. */
  private static final class Pattern implements Body {
    private final long length;
    private final CRC32 checksum;
    private final AtomicLong wanted = new AtomicLong();
    private final AtomicBoolean pumping = new AtomicBoolean();
    private final AtomicLong given = new AtomicLong();
    private volatile boolean cancelled;
    private @Nullable Sink sink;

    Pattern(long length, CRC32 checksum) {
      this.length = length;
      this.checksum = checksum;
    }

    long given() {
      return given.get();
    }

    @Override
    public void open(Sink reader) {
      sink = reader;
    }

    @Override
    public void demand(int chunks) {
      wanted.addAndGet(chunks);
      while (wanted.get() > 0
          && !cancelled
          && given.get() < length
          && pumping.compareAndSet(false, true)) {
        pump();
        pumping.set(false);
      }
    }

    private void pump() {
      Sink to = sink;
      while (to != null && wanted.get() > 0 && given.get() < length && !cancelled) {
        wanted.decrementAndGet();
        int size = (int) Math.min(CHUNK, length - given.get());
        byte[] chunk = new byte[size];
        for (int i = 0; i < size; i += 8) {
          chunk[i] = (byte) ((given.get() + i) >>> 13);
        }
        checksum.update(chunk);
        given.addAndGet(size);
        to.onData(ByteBuffer.wrap(chunk));
        if (given.get() == length) {
          to.onEnd(Headers.EMPTY);
        }
      }
    }

    @Override
    public void cancel() {
      cancelled = true;
    }

    @Override
    public long length() {
      return length;
    }
  }

  /** Reads a few chunks at a time, and now and then lets a while pass. */
  private final class SlowReader implements Body.Sink {
    final CompletableFuture<String> ended = new CompletableFuture<>();
    final CRC32 checksum = new CRC32();
    private final Body body;
    private final ScheduledExecutorService timer;
    final AtomicLong received = new AtomicLong();
    private long chunks;

    SlowReader(Body body, ScheduledExecutorService timer) {
      this.body = body;
      this.timer = timer;
    }

    @Override
    public void onData(ByteBuffer chunk) {
      long now = received.addAndGet(chunk.remaining());
      checksum.update(chunk);
      most.accumulateAndGet(
          Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory(), Math::max);
      if (cancelAt >= 0 && now >= cancelAt) {
        body.cancel();
        ended.complete("cancelled");
      } else if (++chunks % PAUSE_EVERY == 0) {
        CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS, timer)
            .execute(() -> body.demand(1));
      } else {
        body.demand(1);
      }
    }

    @Override
    public void onEnd(Headers trailers) {
      ended.complete("complete");
    }

    @Override
    public void onFailure(Throwable cause) {
      ended.complete("failed: " + cause.getMessage());
    }
  }
}
