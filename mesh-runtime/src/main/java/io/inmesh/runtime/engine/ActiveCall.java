package io.inmesh.runtime.engine;

import io.inmesh.call.Call;
import io.inmesh.call.CallSink;
import io.inmesh.call.CallSink.Ended;
import io.inmesh.call.Flag;
import io.inmesh.call.Headers;
import io.inmesh.call.HttpFilter;
import io.inmesh.call.Request;
import io.inmesh.config.RetryPolicy;
import io.inmesh.loop.EventLoop;
import io.inmesh.runtime.downstream.CertificateText;
import io.inmesh.runtime.downstream.Downstream;
import io.inmesh.runtime.match.Numbers;
import io.inmesh.runtime.route.LocalReply;
import io.inmesh.runtime.route.ResponsePreparation;
import io.inmesh.runtime.route.RouteEntry;
import io.inmesh.runtime.stage.FilteredCall;
import io.inmesh.runtime.stage.Stage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A call on its way: walks the filters, answers in the mesh's own name, ends once. What comes after
 * the filters is the matter of those who extend it. Owner: its loop.
 */
abstract class ActiveCall extends CallState implements FilteredCall {
  private static final @Nullable Object[] NOTHING = {};

  private boolean pastFilters;
  private boolean headSent;
  private boolean ended;

  /** What filters remember: each and its memory, in turn. */
  private @Nullable Object[] memories = NOTHING;

  private InFlight.@Nullable OnLoop inFlight;
  @Nullable ActiveCall previous;
  @Nullable ActiveCall next;

  /**
   * A call.
   *
   * @param downstream the connection that it came over; null for one that this process makes
   */
  ActiveCall(
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

  /** What comes after the filters. */
  abstract void afterFilters();

  /** The request is prepared and has its route, if there is one; filters come next. */
  void beforeFilters() {}

  /** Asks a filter about the request. */
  HttpFilter.Verdict ask(HttpFilter filter) {
    return filter.onRequest(this);
  }

  /** Frees what the way behind the filters holds: no answer is awaited from there. Idempotent. */
  void release() {}

  /** The call is over. */
  void tell(Ended how) {}

  /** A draw of the loop: 64 uniform bits, another at each call. */
  public final long random() {
    return loop.random();
  }

  /** The loop's row in all cells. */
  final int stripe() {
    return inFlight == null ? 0 : inFlight.stripe;
  }

  /** Whether it is only explained: then it leaves no trace anywhere. */
  public final boolean isExplained() {
    return recorder() != null;
  }

  /** The call counts, and can be cancelled with all others. */
  final void count() {
    InFlight.OnLoop calls = surroundings.inFlight().of(loop);
    inFlight = calls;
    calls.add(this);
  }

  /** On the loop, once, after it was entered. */
  public final void proceed() {
    if (ended) {
      return;
    }
    LocalReply refusal = chain.preparation == null ? null : chain.preparation.prepare(this);
    chooseRoute();
    if (refusal != null) {
      answer(refusal);
      return;
    }
    beforeFilters();
    resume();
  }

  @Override
  public final void resume() {
    while (!ended && !headSent && at < chain.filters.length) {
      HttpFilter filter = filter(at++);
      if (ask(filter) == HttpFilter.Verdict.STOP) {
        return;
      }
    }
    if (!ended && !headSent && !pastFilters) {
      pastFilters = true;
      afterFilters();
    }
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
    release();
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

  /** Calls to this process go by the config that they came under. */
  @Override
  public boolean demandHost() {
    return false;
  }

  @Override
  public boolean demandCluster(Duration timeout) {
    return false;
  }

  @Override
  public String localAddress() {
    return downstream == null ? peerAddress() : downstream.local().host();
  }

  @Override
  public int peerPort() {
    return downstream == null ? 0 : downstream.remote().port();
  }

  @Override
  public int localPort() {
    return downstream == null ? chain.port : downstream.local().port();
  }

  @Override
  public int callerPort() {
    return downstream == null || !callerAddress().equals(peerAddress())
        ? 0
        : downstream.remote().port();
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
  public Collection<List<?>> callerAlternativeNames() {
    X509Certificate peer = downstream == null ? null : downstream.certificates().peer();
    return peer == null ? List.of() : CertificateText.alternativeNames(peer);
  }

  @Override
  public String callerCertificate() {
    X509Certificate peer = downstream == null ? null : downstream.certificates().peer();
    return peer == null ? "" : CertificateText.pem(List.of(peer));
  }

  @Override
  public String ownName() {
    X509Certificate own = downstream == null ? null : downstream.certificates().own();
    return own == null ? "" : CertificateText.names(own).get(0);
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
  public Call fetch(String cluster, Request request, Optional<RetryPolicy> retry, Fetched fetched) {
    var from = new SideCall.From(chain.settings, clusters, surroundings, loop);
    return SideCall.start(from, cluster, request, retry, fetched);
  }

  @Override
  public HttpFilter.Verdict awaitBody(long most) {
    String declared = headers().get("content-length");
    Long length = declared == null ? null : Numbers.unsigned(declared);
    if (length == null || Long.compareUnsigned(length, most) <= 0) {
      return HttpFilter.Verdict.CONTINUE;
    }
    bodyTooLarge();
    return HttpFilter.Verdict.STOP;
  }

  /** The body that a filter waits for is larger than the filter allows. */
  final void bodyTooLarge() {
    answer(new LocalReply(413, Headers.EMPTY, "Payload Too Large", "request_payload_too_large"));
  }

  /** Answers in the mesh's own name. */
  final void answer(LocalReply reply) {
    answer(reply, -1);
  }

  /**
   * Answers in the mesh's own name.
   *
   * @param grpcStatus for a gRPC call; -1 for the one that stands for the HTTP status
   */
  final void answer(LocalReply reply, int grpcStatus) {
    if (ended || headSent) {
      return;
    }
    release();
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

  final void head(int code, Headers headers) {
    headSent = true;
    response(code, headers);
    for (int i = chain.filters.length - 1; i >= 0; i--) {
      filter(i).onResponse(this, code, headers);
    }
    if (chain.preparation == null) {
      ResponsePreparation.withoutHops(headers);
    } else {
      chain.responses.toCaller(this, headers);
    }
    sink.onHead(code, headers);
  }

  /** The trailers as filters leave them. */
  final Headers filtered(Headers trailers) {
    Headers own = trailers;
    for (int i = chain.filters.length - 1; i >= 0; i--) {
      if (filter(i) instanceof Stage stage) {
        own = own.isFrozen() ? own.copy() : own;
        stage.trailers(this, own);
      }
    }
    return own;
  }

  /** Filters have seen the last of the request as it was; another begins before the first. */
  final void leaveFilters() {
    endFilters();
    at = 0;
    pastFilters = false;
    memories = NOTHING;
  }

  private void endFilters() {
    for (int i = 0; i < at; i++) {
      filter(i).onEnd(this);
    }
  }

  final boolean hasHeadSent() {
    return headSent;
  }

  /** Whether nothing happens to it any more. */
  public final boolean hasEnded() {
    return ended;
  }

  final void end(Ended how) {
    if (ended) {
      return;
    }
    ended = true;
    if (!isExplained()) {
      release();
      endFilters();
      if (inFlight != null) {
        inFlight.remove(this);
      }
      tell(how);
    }
    sink.onEnd(how);
  }

  @Override
  public final void cancel(String reason) {
    if (!loop.inLoop()) {
      loop.execute(() -> cancel(reason));
    } else if (!ended) {
      flag(Flag.DC);
      details(reason);
      end(Ended.CANCELLED);
    }
  }
}
