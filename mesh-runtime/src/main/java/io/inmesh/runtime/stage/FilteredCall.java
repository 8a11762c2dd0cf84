package io.inmesh.runtime.stage;

import io.inmesh.call.Call;
import io.inmesh.call.Headers;
import io.inmesh.call.HttpFilter;
import io.inmesh.call.Request;
import io.inmesh.config.RetryPolicy;
import io.inmesh.loop.EventLoop;
import io.inmesh.runtime.format.RequestEdit;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A call as the runtime's own filters see it. Used on its loop. */
public interface FilteredCall extends Call, RequestEdit {
  /** The call's loop: its clock, timers and draws. */
  EventLoop loop();

  /** The name of the cluster that the current route sends the request to; "" if there is none. */
  String routedCluster();

  /** The address that the caller connected to. */
  String localAddress();

  /** The caller's own port; 0 if it is not known. */
  int peerPort();

  /** The port that the caller connected to; 0 if there is none. */
  int localPort();

  /**
   * The port of whom the request came from, as far as {@link #callerAddress} is the peer of the
   * connection; 0 for others, and for calls made in this process.
   */
  int callerPort();

  /** The server name of the caller's TLS handshake; "" if there is none. */
  String serverName();

  /**
   * Whom the caller proved to be by mutual TLS: URI names, then DNS names, then the subject of its
   * certificate; null without mutual TLS.
   */
  @Nullable List<String> callerNames();

  /**
   * The alternative names of that certificate, each its kind and its value as the JDK gives them;
   * none without mutual TLS.
   */
  Collection<List<?>> callerAlternativeNames();

  /** The caller's certificate as PEM, percent-encoded; "" without mutual TLS. */
  String callerCertificate();

  /** What this process's certificate calls it; "" if the caller came without TLS. */
  String ownName();

  /** Replaces the method. */
  void method(String value);

  /** What a filter remembers of this call, or null. */
  @Nullable Object recall(HttpFilter who);

  /** Lets a filter remember something of this call; null forgets it. */
  void remember(HttpFilter who, @Nullable Object what);

  /**
   * A local reply with a status for gRPC calls.
   *
   * @param grpcStatus -1 for the one that stands for the HTTP status
   */
  void reply(int status, Headers headers, String body, String details, int grpcStatus);

  /**
   * An answer without a body that is no local reply: it stays as it is for gRPC calls, and routes
   * do not change its headers. It passes the response side of all filters.
   */
  void respond(int status, Headers headers, String details);

  /**
   * Holds the call until its request is whole. A body that is too large is answered with 413.
   *
   * @param most bytes of the body
   * @return whether the filter goes on at once; otherwise the call resumes by itself
   */
  HttpFilter.Verdict awaitBody(long most);

  /**
   * Reads the body in, or its beginning.
   *
   * @param bytes that suffice; of a {@code whole} body the most there may be: a larger one is
   *     answered with 413
   * @param whole whether the end is awaited
   * @param then runs once, when that is there, if it is not there yet; not for a call that is over
   * @return whether it is there already; then {@code then} does not run
   */
  boolean readBody(long bytes, boolean whole, Runnable then);

  /** What {@link #readBody} has read; null if there is nothing. */
  @Nullable BodyStart bodyStart(int most);

  /** The beginning of a body. */
  final class BodyStart {
    private final byte[] bytes;
    private final long size;

    private BodyStart(byte[] bytes, long size) {
      this.bytes = bytes;
      this.size = size;
    }

    /** The first of so many bytes; null if there are none. */
    public static @Nullable BodyStart of(Iterable<ByteBuffer> chunks, long size, int most) {
      if (size == 0) {
        return null;
      }
      var start = new byte[(int) Math.min(most, size)];
      int at = 0;
      for (ByteBuffer chunk : chunks) {
        int length = Math.min(chunk.remaining(), start.length - at);
        chunk.duplicate().get(start, at, length);
        at += length;
      }
      return new BodyStart(start, size);
    }

    /** Not to be written to. */
    public byte[] bytes() {
      return bytes;
    }

    /** How many bytes have been read of it, also those that are not in {@link #bytes}. */
    public long size() {
      return size;
    }

    /** Whether more has been read than {@link #bytes} holds. */
    public boolean isCut() {
      return size > bytes.length;
    }
  }

  /** Lets what comes of the body be read, up to a limit, while the call is held. */
  void readAhead();

  /**
   * Passes the response's body on no faster than that.
   *
   * @param bytesPerSecond more than 0
   */
  void pace(long bytesPerSecond);

  /**
   * Binds the call to a host.
   *
   * @param host as {@code address:port}
   * @param strict whether another host is worse than none
   * @param missingStatus of the answer then
   */
  void bind(String host, boolean strict, int missingStatus);

  /**
   * Holds the call while the plane is asked for the virtual host of its authority, if the routes
   * have more of them than are known and it was not asked for already.
   *
   * @return whether it is held; then the filter is asked once more, under the config of then
   */
  boolean demandHost();

  /**
   * The same for the cluster that the route names, if it is not known.
   *
   * @param timeout how long it is held at most
   */
  boolean demandCluster(Duration timeout);

  /** Whether the call has been answered or given up. */
  boolean isOver();

  /**
   * Asks a cluster of the mesh beside this call, which it may outlive.
   *
   * @param request its timeout is that of the answer
   * @return what is asked, to be given up by {@link Call#cancel}
   */
  default Call fetch(String cluster, Request request, Fetched fetched) {
    return fetch(cluster, request, Optional.empty(), fetched);
  }

  /** The same, tried again as a policy says. */
  Call fetch(String cluster, Request request, Optional<RetryPolicy> retry, Fetched fetched);

  /** Takes the answer of {@link #fetch}, on the call's loop. */
  @FunctionalInterface
  interface Fetched {
    /** The answer; null if there was none, or not the whole of it. */
    void answered(@Nullable Answer answer);
  }

  /** A whole answer. What the mesh itself answers in place of a peer is one too. */
  final class Answer {
    private final int status;
    private final Headers headers;
    private final byte[] body;
    private final Headers trailers;

    /** An answer. */
    public Answer(int status, Headers headers, byte[] body, Headers trailers) {
      this.status = status;
      this.headers = headers;
      this.body = body;
      this.trailers = trailers;
    }

    /** Its status. */
    public int status() {
      return status;
    }

    /** Its headers. */
    public Headers headers() {
      return headers;
    }

    /** Its body; not to be written to. */
    public byte[] body() {
      return body;
    }

    /** Its trailers. */
    public Headers trailers() {
      return trailers;
    }
  }
}
