package io.inmesh.cli.demo;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Stands before a service's port on loopback, passes bytes on in both directions and keeps a copy
 * of them: what somebody on the wire would see. Threads of its own; closed with the check that uses
 * it.
 */
final class RecordingRelay implements AutoCloseable {
  private static final int RECORD_HEADER = 5;
  private static final int FIRST_TYPE = 20;
  private static final int LAST_TYPE = 24;
  private static final int MAX_RECORD = (1 << 14) + 256;

  private final ServerSocket listener;
  private volatile @Nullable InetSocketAddress target;
  private final List<Copy> copies = new CopyOnWriteArrayList<>();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();

  /** The bytes of one direction of one connection. */
  private static final class Copy {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    synchronized void add(byte[] from, int length) {
      bytes.write(from, 0, length);
    }

    synchronized byte[] toBytes() {
      return bytes.toByteArray();
    }
  }

  /** A relay that refuses until {@link #target} is called. */
  RecordingRelay() throws IOException {
    listener = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
    start("relay-accept", this::accept);
  }

  private static void start(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  /** Where bytes are passed on to. */
  void target(int port) {
    target = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  int port() {
    return listener.getLocalPort();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket near = listener.accept();
        InetSocketAddress to = target;
        if (to == null) {
          near.close();
          continue;
        }
        Socket far = new Socket();
        sockets.add(near);
        sockets.add(far);
        far.connect(to);
        near.setTcpNoDelay(true);
        far.setTcpNoDelay(true);
        start("relay-in", () -> pass(near, far));
        start("relay-out", () -> pass(far, near));
      } catch (IOException refusedOrClosed) {
        // The peer sees a closed connection, as it would without a relay.
      }
    }
  }

  private void pass(Socket from, Socket to) {
    var copy = new Copy();
    copies.add(copy);
    byte[] buffer = new byte[16384];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        copy.add(buffer, n);
        out.write(buffer, 0, n);
      }
    } catch (IOException broken) {
      // Closing both sides is all there is to do, and is done.
      return;
    }
  }

  /** What went over the wire. */
  record Report(long bytes, long records, List<String> violations) {
    Report {
      violations = List.copyOf(violations);
    }
  }

  /** Reads every direction as TLS records, and looks for a text that must not be seen. */
  Report report(String secret) {
    long bytes = 0;
    long records = 0;
    var violations = new ArrayList<String>();
    for (Copy copy : copies) {
      byte[] seen = copy.toBytes();
      bytes += seen.length;
      if (new String(seen, StandardCharsets.ISO_8859_1).contains(secret)) {
        violations.add("the marker was seen in the clear");
      }
      int at = 0;
      while (at + RECORD_HEADER <= seen.length) {
        int type = seen[at] & 0xff;
        int length = (seen[at + 3] & 0xff) << 8 | (seen[at + 4] & 0xff);
        if (type < FIRST_TYPE || type > LAST_TYPE || seen[at + 1] != 3 || length > MAX_RECORD) {
          violations.add("no TLS record at byte " + at);
          break;
        }
        at += RECORD_HEADER + length;
        records++;
      }
    }
    return new Report(bytes, records, violations);
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
