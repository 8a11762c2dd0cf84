package io.inmesh.runtime.stage;

import io.inmesh.call.Call;
import io.inmesh.call.Headers;
import io.inmesh.call.HttpFilter;
import io.inmesh.call.Request;
import io.inmesh.loop.EventLoop;
import io.inmesh.runtime.format.RequestEdit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A call as the runtime's own filters see it. Used on its loop. */
public interface FilteredCall extends Call, RequestEdit {
  /** The call's loop: its clock, timers and draws. */
  EventLoop loop();

  /** The name of the cluster that the current route sends the request to; "" if there is none. */
  String routedCluster();

  /** The address that the caller connected to. */
  String localAddress();

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

  /** Lets what comes of the body be read, up to a limit, while the call is held. */
  void readAhead();

  /**
   * Binds the call to a host.
   *
   * @param host as {@code address:port}
   * @param strict whether another host is worse than none
   * @param missingStatus of the answer then
   */
  void bind(String host, boolean strict, int missingStatus);

  /** Whether the call has been answered or given up. */
  boolean isOver();

  /**
   * Asks a cluster of the mesh beside this call, which it may outlive.
   *
   * @param request its timeout is that of the answer
   */
  void fetch(String cluster, Request request, Fetched fetched);

  /** Takes the answer of {@link #fetch}, on the call's loop. */
  @FunctionalInterface
  interface Fetched {
    /** The answer; status 0 if there was none. */
    void answered(int status, String body);
  }
}
