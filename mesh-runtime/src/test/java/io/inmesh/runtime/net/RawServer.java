package io.inmesh.runtime.net;

import io.inmesh.config.Address;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that says what a test tells it to, byte by byte. */
final class RawServer implements AutoCloseable {
  final AtomicInteger accepted = new AtomicInteger();
  private final ServerSocket server;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  /** What happens on a connection. */
  interface Script {
    void run(Peer peer) throws IOException;
  }

  RawServer(Script script) throws IOException {
    server = new ServerSocket();
    // Little is read ahead of the script.
    server.setReceiveBufferSize(64 * 1024);
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
    threads.execute(
        () -> {
          try {
            while (true) {
              Socket socket = server.accept();
              accepted.incrementAndGet();
              threads.execute(() -> serve(script, socket));
            }
          } catch (IOException closed) {
            // The test is over.
          }
        });
  }

  private static void serve(Script script, Socket socket) {
    try (socket) {
      script.run(new Peer(socket));
    } catch (IOException gone) {
      // The client went away; the test sees that at its own end.
    }
  }

  Address address() {
    return new Address("127.0.0.1", server.getLocalPort());
  }

  @Override
  public void close() throws IOException {
    server.close();
    threads.shutdownNow();
  }

  /** One connection. */
  static final class Peer {
    final Socket socket;
    final InputStream in;
    final OutputStream out;

    Peer(Socket socket) throws IOException {
      this.socket = socket;
      this.in = socket.getInputStream();
      this.out = socket.getOutputStream();
    }

    /** A head with its empty line; empty at the end of the connection. */
    String head() throws IOException {
      var bytes = new ByteArrayOutputStream();
      int matched = 0;
      while (matched < 4) {
        int b = in.read();
        if (b < 0) {
          return "";
        }
        bytes.write(b);
        matched = b == "\r\n\r\n".charAt(matched) ? matched + 1 : b == '\r' ? 1 : 0;
      }
      return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    void say(String text) throws IOException {
      out.write(text.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
    }

    /** Ends the connection with a reset, which has arrived at the client when this returns. */
    void reset(CountDownLatch done) throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
      done.countDown();
    }

    /** Waits until the client closes. */
    void untilClosed() throws IOException {
      while (in.read() >= 0) {
        // Nothing to do with it.
      }
    }
  }
}
