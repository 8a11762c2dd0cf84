package io.inmesh.runtime.engine;

import io.inmesh.call.CallSink;
import io.inmesh.call.CallSink.Ended;
import io.inmesh.call.Flag;
import io.inmesh.call.Headers;
import io.inmesh.call.HttpFilter;
import io.inmesh.call.Request;
import io.inmesh.loop.EventLoop;
import io.inmesh.runtime.cluster.Admission;
import io.inmesh.runtime.cluster.ClusterRuntime;
import io.inmesh.runtime.downstream.Downstream;
import io.inmesh.runtime.match.Numbers;
import io.inmesh.runtime.route.LocalReply;
import io.inmesh.runtime.route.RetryRules;
import io.inmesh.runtime.route.RouteEntry;
import io.inmesh.runtime.stage.FilteredCall;
import io.inmesh.runtime.stats.ClusterStats;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One call from request to end: walks the filters, then the router. Owner: its loop. */
public class OutgoingCall extends CallState implements FilteredCall {
  private static final long NEVER = Long.MAX_VALUE;
  private static final @Nullable Object[] NOTHING = {};
  private static final long READ_AHEAD = 1 << 20;
  private static final int UNAVAILABLE = 503;

  private boolean routing;
  private boolean headSent;
  private boolean ended;
  private boolean requestEnded;
  private int demanded;

  /** A filter asks for the whole body just now. */
  private boolean awaiting;

  /** The filters wait for the whole body. */
  private boolean suspended;

  private String boundHost = "";
  private boolean boundStrictly;
  private int noHostStatus = UNAVAILABLE;

  /** What filters remember: each and its memory, in turn. */
  private @Nullable Object[] memories = NOTHING;

  private InFlight.@Nullable OnLoop inFlight;
  @Nullable OutgoingCall previous;
  @Nullable OutgoingCall next;

  @Nullable ReplayBuffer body;

  /** What mirrors copy, if that cannot be done before the request is rewritten for a host. */
  @Nullable Request original;

  @Nullable RetryRules retry;
  @Nullable Admission retrying;

  /**
   * When all attempts together must have answered; the response timeout counts from the end of the
   * request.
   */
  long deadline = NEVER;

  /** When the exchange must be over, whatever happens. */
  long streamDeadline = NEVER;

  long lastActivity;

  /** When the application had sent its whole request. */
  private long requestEnd;

  /** Whether it was sent again without a policy: that is done once. */
  boolean resent;

  /** How many redirects were followed. */
  private int redirects;

  /** Null where nobody counts them, and for what is not gRPC. */
  @Nullable GrpcMessages messages;

  /**
   * Where the call was made, as {@link CallTracing#context} said; then its trace, if there is one.
   */
  private @Nullable Object traced;

  /** A call that this process makes. */
  public OutgoingCall(
      HttpChain chain,
      Clusters clusters,
      String revision,
      Surroundings surroundings,
      EventLoop loop,
      Request request,
      CallSink sink) {
    this(chain, clusters, revision, surroundings, loop, request, sink, null);
  }

  /**
   * A call.
   *
   * @param downstream the connection that it came over; null for one that this process makes
   */
  OutgoingCall(
      HttpChain chain,
      Clusters clusters,
      String revision,
      Surroundings surroundings,
      EventLoop loop,
      Request request,
      CallSink sink,
      @Nullable Downstream downstream) {
    super(chain, clusters, revision, surroundings, loop, request, sink, downstream);
  }

  /** A draw of the loop: 64 uniform bits, another at each call. */
  public long random() {
    return loop.random();
  }

  /** The loop's row in all cells. */
  int stripe() {
    return inFlight == null ? 0 : inFlight.stripe;
  }

  CallTracing.@Nullable Trace trace() {
    return traced instanceof CallTracing.Trace trace ? trace : null;
  }

  /** Whether it is only explained: then it leaves no trace anywhere. */
  public boolean isExplained() {
    return recorder() != null;
  }

  /**
   * On the loop, once: the call counts, and can be cancelled.
   *
   * @param where what {@link CallTracing#context} has said where the call was made
   */
  public void enter(@Nullable Object where) {
    traced = where;
    enter();
  }

  /** The same for a call of which that is not known. */
  public void enter() {
    Recorder recorder = recorder();
    if (recorder != null) {
      recorder.begins(this);
    } else {
      InFlight.OnLoop calls = surroundings.inFlight().of(loop);
      inFlight = calls;
      calls.add(this);
    }
    lastActivity = startNanos();
    long own = request().timeout().toNanos();
    if (own > 0) {
      deadline = startNanos() + own;
    }
  }

  /** On the loop, once, after {@link #enter}: under other config than it was made with. */
  public void proceed(HttpChain found, Clusters known, String revision) {
    under(found, known, revision);
    proceed();
  }

  /** When time is up; {@link Long#MAX_VALUE} for no limit. By the loop's clock. */
  public long deadline() {
    return deadline;
  }

  /** On the loop: time is up before the call had a route. */
  public void expire() {
    Router.timeout(this, Expiry.RESPONSE);
  }

  /** On the loop, once, after {@link #enter}. */
  public void proceed() {
    if (ended) {
      return;
    }
    LocalReply refusal = chain.preparation == null ? null : chain.preparation.prepare(this);
    chooseRoute();
    if (refusal != null) {
      answer(refusal);
      return;
    }
    if (chain.preparation != null && recorder() == null) {
      traced = surroundings.tracing().begin(this, traced);
    }
    resume();
  }

  @Override
  public void resume() {
    while (!ended && !headSent && at < chain.filters.length) {
      HttpFilter filter = filter(at++);
      if (ask(filter) == HttpFilter.Verdict.STOP) {
        return;
      }
    }
    if (!ended && !headSent && !routing) {
      routing = true;
      afterFilters();
    }
  }

  private HttpFilter.Verdict ask(HttpFilter filter) {
    Recorder recorder = recorder();
    return recorder == null ? filter.onRequest(this) : recorder.ask(filter, this, at - 1);
  }

  /** What comes after the filters. */
  void afterFilters() {
    Router.start(this);
  }

  @Override
  public void reply(int status, Headers headers, String text, String details) {
    answer(new LocalReply(status, headers, text, details));
  }

  @Override
  public void reply(int status, Headers headers, String text, String details, int grpcStatus) {
    answer(new LocalReply(status, headers, text, details), grpcStatus);
  }

  @Override
  public void respond(int status, Headers headers, String details) {
    if (ended || headSent) {
      return;
    }
    free();
    if (body != null) {
      body.close();
    }
    details(details);
    head(status, headers.isFrozen() ? headers.copy() : headers);
    end(Ended.COMPLETE);
  }

  @Override
  public EventLoop loop() {
    return loop;
  }

  @Override
  public String routedCluster() {
    RouteEntry<RouteParts> chosen = entry();
    return chosen == null ? "" : chosen.cluster(this);
  }

  @Override
  public String localAddress() {
    return downstream == null ? peerAddress() : downstream.local().host();
  }

  @Override
  public int localPort() {
    return downstream == null ? chain.port : downstream.local().port();
  }

  @Override
  public String serverName() {
    return downstream == null ? "" : downstream.serverName();
  }

  @Override
  public @Nullable List<String> callerNames() {
    return downstream == null ? null : downstream.names();
  }

  @Override
  public @Nullable Object recall(HttpFilter who) {
    for (int i = 0; i < memories.length; i += 2) {
      if (memories[i] == who) {
        return memories[i + 1];
      }
    }
    return null;
  }

  @Override
  public void remember(HttpFilter who, @Nullable Object what) {
    int at = 0;
    while (at < memories.length && memories[at] != who) {
      at += 2;
    }
    if (at == memories.length) {
      memories = Arrays.copyOf(memories, at + 2);
      memories[at] = who;
    }
    memories[at + 1] = what;
  }

  @Override
  public boolean isOver() {
    return ended || headSent;
  }

  @Override
  public void fetch(String cluster, Request request, Fetched fetched) {
    SideCall.start(this, cluster, request, fetched);
  }

  @Override
  public void bind(String host, boolean strict, int missingStatus) {
    boundHost = host;
    boundStrictly = strict;
    noHostStatus = strict ? missingStatus : UNAVAILABLE;
  }

  int noHostStatus() {
    return noHostStatus;
  }

  String boundHost() {
    return boundHost;
  }

  boolean isBoundStrictly() {
    return boundStrictly;
  }

  /** Answers in the mesh's own name. */
  void answer(LocalReply reply) {
    answer(reply, -1);
  }

  /**
   * Answers in the mesh's own name.
   *
   * @param grpcStatus for a gRPC call; -1 for the one that stands for the HTTP status
   */
  void answer(LocalReply reply, int grpcStatus) {
    if (ended || headSent) {
      return;
    }
    free();
    if (body != null) {
      body.close();
    }
    details(reply.details());
    localReplyBody(reply.body());
    LocalReply own = reply.headers().isFrozen() ? reply.copy() : reply;
    // As in Envoy, formats and mutations of a local reply see its headers, not yet its status.
    response(0, own.headers());
    LocalReply whole = chain.responses.local(this, own, grpcStatus);
    head(whole.status(), whole.headers());
    if (!whole.body().isEmpty() && !method().equals("HEAD") && !ended) {
      byte[] bytes = whole.body().getBytes(StandardCharsets.UTF_8);
      received += bytes.length;
      sink.onData(ByteBuffer.wrap(bytes));
    }
    end(Ended.COMPLETE);
  }

  void head(int code, Headers headers) {
    headSent = true;
    response(code, headers);
    for (int i = chain.filters.length - 1; i >= 0; i--) {
      filter(i).onResponse(this, code, headers);
    }
    chain.responses.toCaller(this, headers);
    sink.onHead(code, headers);
  }

  void data(ByteBuffer chunk) {
    if (!ended) {
      received += chunk.remaining();
      if (messages != null) {
        messages.received.take(chunk);
      }
      sink.onData(chunk);
    }
  }

  void trailers(Headers trailers) {
    if (!ended) {
      responseTrailers(trailers);
      sink.onTrailers(trailers);
    }
  }

  /** The application has sent its whole request. The response timeout begins. */
  void requestEnded() {
    if (requestEnded || ended) {
      return;
    }
    requestEnded = true;
    startResponseTime();
    Attempt current = attempt;
    if (current != null) {
      current.requestEnded();
    }
    if (current != null && current.host() != null) {
      Router.mirror(this);
    }
  }

  private void startResponseTime() {
    requestEnd = loop.nanoTime();
    if (responseNanos > 0) {
      deadline = Math.min(deadline, requestEnd + responseNanos);
    }
  }

  /** Reads the body, or goes on with what a filter has read of it. */
  void openBody(long limit, boolean needed) {
    ReplayBuffer known = body;
    if (known != null) {
      known.keep(limit, needed);
      if (requestEnded) {
        startResponseTime();
      }
    } else if (request().body().isPresent()) {
      var opened = new ReplayBuffer(request().body().get(), this, limit, needed);
      body = opened;
      opened.open();
    }
  }

  @Override
  public HttpFilter.Verdict awaitBody(long most) {
    if (request().body().isEmpty() || (body == null && redirects > 0)) {
      return admitDeclared(most);
    }
    openBody(most, false);
    ReplayBuffer opened = body;
    if (opened == null || opened.hasEnded()) {
      return HttpFilter.Verdict.CONTINUE;
    }
    awaiting = true;
    opened.await(most);
    boolean whole = !awaiting;
    awaiting = false;
    suspended = !whole;
    return whole ? HttpFilter.Verdict.CONTINUE : HttpFilter.Verdict.STOP;
  }

  @Override
  public void readAhead() {
    if (body == null && redirects == 0) {
      openBody(READ_AHEAD, false);
      if (body != null) {
        body.readAhead();
      }
    }
  }

  /** The body of an incoming call goes straight to the application: its declared length counts. */
  private HttpFilter.Verdict admitDeclared(long most) {
    String declared = headers().get("content-length");
    Long length = declared == null ? null : Numbers.unsigned(declared);
    if (length == null || Long.compareUnsigned(length, most) <= 0) {
      return HttpFilter.Verdict.CONTINUE;
    }
    bodyTooLarge();
    return HttpFilter.Verdict.STOP;
  }

  /** The body that a filter waits for is whole. */
  void bodyComplete() {
    if (awaiting) {
      awaiting = false;
    } else if (suspended) {
      suspended = false;
      resume();
    }
  }

  /** The body that a filter waits for is larger than the filter allows. */
  void bodyTooLarge() {
    answer(new LocalReply(413, Headers.EMPTY, "Payload Too Large", "request_payload_too_large"));
  }

  /**
   * Milliseconds from when the request was whole to the last sign of life: the head, when that
   * comes.
   */
  long serviceMillis() {
    return requestEnded ? (lastActivity - requestEnd) / 1_000_000 : 0;
  }

  int redirects() {
    return redirects;
  }

  /** Begins anew with a request that a redirect has changed; its body is sent once more. */
  void redirected() {
    free();
    for (int i = 0; i < at; i++) {
      filter(i).onEnd(this);
    }
    redirects++;
    at = 0;
    routing = false;
    requestEnded = false;
    attempt = null;
    retry = null;
    boundHost = "";
    memories = NOTHING;
    deadline = request().timeout().isZero() ? NEVER : startNanos() + request().timeout().toNanos();
    streamDeadline = NEVER;
    anew();
    resume();
  }

  boolean hasRequestEnded() {
    return requestEnded;
  }

  boolean hasHeadSent() {
    return headSent;
  }

  /** Whether nothing happens to it any more. */
  public boolean hasEnded() {
    return ended;
  }

  void end(Ended how) {
    if (ended) {
      return;
    }
    ended = true;
    if (isExplained()) {
      sink.onEnd(how);
      return;
    }
    free();
    if (body != null) {
      body.close();
    }
    for (int i = 0; i < at; i++) {
      filter(i).onEnd(this);
    }
    if (inFlight != null) {
      inFlight.remove(this);
    }
    tell(how);
    sink.onEnd(how);
  }

  /** Telemetry only listens. */
  private void tell(Ended how) {
    if (status > 0 && cluster != null) {
      stats(cluster).answered(stripe(), status);
    }
    CallMeters meters = surroundings.meters();
    if (meters != null) {
      meters.ended(this);
    }
    CallTracing.Trace trace = trace();
    if (trace != null) {
      trace.ended(this, how);
    }
    surroundings.log().onEnd(this, how);
  }

  /** The counts of the cluster that the last host is of, or of the one that was called. */
  private ClusterStats stats(ClusterRuntime called) {
    return attempt == null ? called.stats() : attempt.stats();
  }

  /** Frees what the attempt of now holds. Idempotent. */
  private void free() {
    if (attempt != null) {
      attempt.abandon();
    }
    retryEnded();
  }

  /** A retry that was granted is over, or another decision is due. */
  void retryEnded() {
    if (retrying != null) {
      retrying.retryEnded();
      retrying = null;
    }
  }

  @Override
  public void demand(int chunks) {
    Attempt current = attempt;
    if (ended || chunks <= 0) {
      return;
    }
    if (headSent && current != null) {
      current.demand(chunks);
    } else {
      demanded = (int) Math.min((long) demanded + chunks, Integer.MAX_VALUE);
    }
  }

  /** What the caller asked for before there was a response. */
  int takeDemand() {
    int all = demanded;
    demanded = 0;
    return all;
  }

  @Override
  public void cancel(String reason) {
    if (!loop.inLoop()) {
      loop.execute(() -> cancel(reason));
    } else if (!ended) {
      flag(Flag.DC);
      details(reason);
      end(Ended.CANCELLED);
    }
  }
}
