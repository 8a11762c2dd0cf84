package io.inmesh.benchmarks.client;

import io.inmesh.BlockingMesh;
import io.inmesh.call.Bodies;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.call.Response;
import io.inmesh.runtime.member.Member;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * A gigabyte down and a gigabyte up, through a member of the mesh, in whatever heap the JVM was
 * given. Prints {@code done down=SECONDS up=SECONDS}. Arguments are words as of {@link Target}.
 */
public final class Gigabyte {
  private static final long LENGTH = 1L << 30;
  private static final int CHUNK = 64 << 10;

  private final BlockingMesh mesh;
  private final String authority;

  private Gigabyte(BlockingMesh mesh, String authority) {
    this.mesh = mesh;
    this.authority = authority;
  }

  /** Moves both and ends the process. */
  public static void main(String[] arguments) throws Exception {
    Map<String, String> words =
        Arrays.stream(arguments)
            .map(it -> it.split("=", 2))
            .collect(Collectors.toMap(it -> it[0], it -> it[1]));
    var target = new Target(words);
    try (Member member = Member.join(Path.of(target.word("join"))).start()) {
      BlockingMesh mesh = member.mesh().blocking();
      new InmeshMember.Requests(target).awaitFirst(mesh);
      var gigabyte = new Gigabyte(mesh, target.word("authority"));
      long start = System.nanoTime();
      gigabyte.down();
      long half = System.nanoTime();
      gigabyte.up();
      long end = System.nanoTime();
      System.out.println("done down=" + (half - start) / 1e9 + " up=" + (end - half) / 1e9);
    }
    System.exit(0);
  }

  private void down() throws InterruptedException, IOException {
    var request = new Request("GET", "http", authority, "/bytes/" + LENGTH, Headers.EMPTY);
    byte[] chunk = new byte[CHUNK];
    long left = LENGTH;
    try (BlockingMesh.BlockingResponse response = mesh.exchange(request)) {
      for (int read = response.body().read(chunk); read >= 0; read = response.body().read(chunk)) {
        left -= read;
      }
    }
    if (left != 0) {
      throw new IllegalStateException(left + " bytes are missing");
    }
  }

  private void up() throws InterruptedException {
    var body = Bodies.of(new Zeros(), LENGTH, Executors.newSingleThreadExecutor());
    var request = new Request("POST", "http", authority, "/up", Headers.EMPTY).withBody(body);
    Response response = mesh.send(request);
    if (response.status() != 200) {
      throw new IllegalStateException(response.status() + " " + response.outcome());
    }
  }

  private static final class Zeros extends InputStream {
    private long left = LENGTH;

    @Override
    public int read() {
      return left-- > 0 ? 0 : -1;
    }

    @Override
    public int read(byte[] into, int from, int length) {
      if (left <= 0) {
        return -1;
      }
      int now = (int) Math.min(left, length);
      left -= now;
      return now;
    }
  }
}
