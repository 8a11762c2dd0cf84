package io.inmesh.spring.servlet;

import io.inmesh.call.Bodies;
import io.inmesh.call.Body;
import io.inmesh.call.Headers;
import io.inmesh.config.Address;
import io.inmesh.identity.SpiffeId;
import io.inmesh.loop.EventLoop;
import io.inmesh.runtime.downstream.Downstream;
import io.inmesh.runtime.inbound.RequestListener;
import io.inmesh.runtime.member.Serving;
import io.inmesh.server.ServerRequest;
import io.inmesh.server.ServerResponse;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way through the mesh's judgement and the application. The judgement runs on a
 * loop of the mesh; the container's thread waits for it twice: before the application is called,
 * and before the head of its answer goes out. Owner: the container's thread of the request.
 */
final class ServletJudgement {
  private static final String CERTIFICATES = "jakarta.servlet.request.X509Certificate";

  private final Serving serving;
  private final HttpServletRequest request;
  private final HttpServletResponse response;
  private final EventLoop loop;
  private final ServerRequest asked;
  private final long start;

  /** What the filters let through; empty if they answered themselves. */
  private final CompletableFuture<Optional<ServerRequest>> granted = new CompletableFuture<>();

  /** What the application says, for the filters to see. */
  private final CompletableFuture<ServerResponse> answer = new CompletableFuture<>();

  /** What goes out. */
  private final CompletableFuture<ServerResponse> decided = new CompletableFuture<>();

  private final Tail tail = new Tail();
  private @Nullable JudgedResponse judged;
  private boolean ended;

  ServletJudgement(Serving serving, HttpServletRequest request, HttpServletResponse response) {
    this.serving = serving;
    this.request = request;
    this.response = response;
    this.loop = serving.loop();
    this.start = loop.nanoTime();
    this.asked = asked();
  }

  void run(FilterChain chain) throws IOException, ServletException {
    Downstream connection = connection();
    if (request.isSecure() && connection.names() != null && connection.peer().isEmpty()) {
      refuse(403, "the client's certificate has no single SPIFFE identity");
      return;
    }
    loop.execute(() -> judge(connection));
    Optional<ServerRequest> through = await(granted);
    if (through.isEmpty()) {
      write(await(decided));
      end(true);
    } else if (isDispatchedElsewhere(through.get().path())) {
      // What was judged is not what the container would serve.
      answer.complete(new ServerResponse(400, Headers.EMPTY, Optional.empty()));
      write(await(decided));
      end(true);
    } else {
      serve(chain, through.get());
    }
  }

  /** On the loop. */
  private void judge(Downstream connection) {
    serving
        .enforcement()
        .before(
            through -> {
              granted.complete(Optional.of(through));
              return answer;
            },
            connection,
            loop)
        .handle(asked)
        .whenComplete(
            (response, failure) -> {
              if (failure == null) {
                decided.complete(response);
              } else {
                decided.completeExceptionally(failure);
              }
              granted.complete(Optional.empty());
            });
  }

  private void serve(FilterChain chain, ServerRequest through)
      throws IOException, ServletException {
    var judgedResponse = new JudgedResponse(response, this::head);
    judged = judgedResponse;
    boolean whole = false;
    try {
      chain.doFilter(new JudgedRequest(request, through.headers()), judgedResponse);
      if (request.isAsyncStarted()) {
        request.getAsyncContext().addListener(new Later(judgedResponse));
        return;
      }
      judgedResponse.finish();
      whole = true;
    } finally {
      if (!request.isAsyncStarted()) {
        // The container answers what the application threw.
        answer.complete(new ServerResponse(500, Headers.EMPTY, Optional.empty()));
        end(whole);
      }
    }
  }

  /** The end of a request whose application works on after the container's thread has left. */
  private final class Later implements AsyncListener {
    private final JudgedResponse out;

    Later(JudgedResponse out) {
      this.out = out;
    }

    @Override
    public void onComplete(AsyncEvent event) throws IOException {
      out.finish();
      end(true);
    }

    @Override
    public void onTimeout(AsyncEvent event) {}

    @Override
    public void onError(AsyncEvent event) {
      end(false);
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
      event.getAsyncContext().addListener(this);
    }
  }

  /** The head of the application's answer as it is to go out. Once. */
  private ServerResponse head(int status, Headers headers) throws IOException {
    answer.complete(new ServerResponse(status, headers, Optional.of(tail)));
    ServerResponse out = await(decided);
    out.body().ifPresent(body -> body.open(tail.reader()));
    return out;
  }

  private void end(boolean whole) {
    if (ended) {
      return;
    }
    ended = true;
    JudgedResponse of = judged;
    long sent = of == null ? 0 : of.written();
    tail.end(whole);
    RequestListener requests = serving.requests();
    if (requests != RequestListener.NONE) {
      int status = response.getStatus();
      long received = Math.max(0, request.getContentLengthLong());
      loop.execute(
          () ->
              requests.onEnd(
                  new RequestListener.Served(
                      loop,
                      asked,
                      status,
                      Headers.EMPTY,
                      Headers.EMPTY,
                      loop.nanoTime() - start,
                      received,
                      sent,
                      whole)));
    }
  }

  /** An answer that the application has not made. */
  private void write(ServerResponse out) throws IOException {
    response.setStatus(out.status());
    Headers headers = out.headers();
    for (int i = 0; i < headers.size(); i++) {
      response.addHeader(headers.name(i), headers.value(i));
    }
    if (out.body().isPresent()) {
      var bytes = new Collected();
      Body body = out.body().get();
      body.open(bytes);
      body.demand(Integer.MAX_VALUE);
      response.getOutputStream().write(await(bytes.whole()));
    }
    response.flushBuffer();
  }

  private void refuse(int status, String why) throws IOException {
    response.setStatus(status);
    response.setContentType("text/plain");
    response.getOutputStream().write(why.getBytes(StandardCharsets.UTF_8));
  }

  private static <T> T await(CompletableFuture<T> future) throws IOException {
    try {
      return future.get();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the mesh judged a request");
    } catch (ExecutionException broken) {
      throw new IOException("the mesh cannot judge a request", broken.getCause());
    }
  }

  private Downstream connection() {
    boolean secure = request.isSecure();
    var plain =
        new Downstream(
            new Address(request.getLocalAddr(), request.getLocalPort()),
            remote(),
            secure,
            "",
            List.of(),
            null,
            Optional.empty());
    X509Certificate leaf = leaf();
    return leaf == null ? plain : plain.proved(leaf);
  }

  private @Nullable X509Certificate leaf() {
    return request.getAttribute(CERTIFICATES) instanceof X509Certificate[] chain && chain.length > 0
        ? chain[0]
        : null;
  }

  private Address remote() {
    return new Address(request.getRemoteAddr(), request.getRemotePort());
  }

  private ServerRequest asked() {
    var headers = new Headers();
    for (String name : Collections.list(request.getHeaderNames())) {
      String lower = name.toLowerCase(Locale.ROOT);
      if (!lower.equals("host")) {
        Collections.list(request.getHeaders(name)).forEach(value -> headers.addLower(lower, value));
      }
    }
    // The container vouches for certificates in an attribute; this header comes from outside.
    headers.remove("x-forwarded-client-cert");
    String query = request.getQueryString();
    String path = request.getRequestURI();
    X509Certificate leaf = leaf();
    String host = request.getHeader("host");
    return new ServerRequest(
        request.getMethod(),
        request.getScheme(),
        host == null ? request.getServerName() : host,
        query == null ? path : path + "?" + query,
        headers.freeze(),
        Bodies.of(new byte[0]),
        leaf == null ? Optional.empty() : SpiffeId.of(leaf),
        remote());
  }

  private boolean isDispatchedElsewhere(String target) {
    int query = target.indexOf('?');
    String path = query < 0 ? target : target.substring(0, query);
    String info = request.getPathInfo();
    String served =
        request.getContextPath() + request.getServletPath() + (info == null ? "" : info);
    return !decoded(path).equals(served);
  }

  private static String decoded(String path) {
    var text = new StringBuilder();
    for (String segment : path.split("(?=/)")) {
      int parameters = segment.indexOf(';');
      text.append(parameters < 0 ? segment : segment.substring(0, parameters));
    }
    try {
      return URLDecoder.decode(text.toString().replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException malformed) {
      return path;
    }
  }
}
