package io.inmesh.spring.servlet;

import io.inmesh.call.Body;
import io.inmesh.call.Headers;
import io.inmesh.config.Address;
import io.inmesh.runtime.member.Serving;
import io.inmesh.server.ServerRequest;
import io.inmesh.server.ServerResponse;
import io.inmesh.spring.inbound.Collected;
import io.inmesh.spring.inbound.Connection;
import io.inmesh.spring.inbound.Incoming;
import io.inmesh.spring.inbound.MeshPrincipal;
import io.inmesh.spring.inbound.Paths;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way through the mesh's judgement and the application. The judgement runs on a
 * loop of the mesh; the container's thread waits for it twice: before the application is called,
 * and before the head of its answer goes out. While it waits, it reads the request's body for
 * filters that want to see it. Owner: the container's thread of the request.
 */
final class ServletJudgement {
  private static final String CERTIFICATES = "jakarta.servlet.request.X509Certificate";
  private static final String NOBODY = "the client's certificate has no single SPIFFE identity";

  private final Serving serving;
  private final HttpServletRequest request;
  private final HttpServletResponse response;
  private final Connection connection;
  private final WaitingThread thread = new WaitingThread();
  private final ReadBody body;
  private final Incoming incoming;
  private @Nullable JudgedResponse judged;

  ServletJudgement(Serving serving, HttpServletRequest request, HttpServletResponse response) {
    this.serving = serving;
    this.request = request;
    this.response = response;
    this.connection = connection();
    this.body = new ReadBody(request, thread);
    this.incoming = new Incoming(serving, asked());
  }

  /** Whether it comes without TLS, and nothing that is known of the mesh's config takes that. */
  boolean isUnwanted() {
    return !connection.tls() && serving.enforcement().socket(connection.downstream()) == null;
  }

  void run(FilterChain chain) throws IOException, ServletException {
    if (connection.isNobody()) {
      refuse(NOBODY);
      return;
    }
    Optional<ServerRequest> through = thread.await(incoming.judge(connection.downstream()));
    if (through.isEmpty()) {
      write(thread.await(incoming.decided()));
      end(true);
    } else if (isDispatchedElsewhere(through.get().path())) {
      // What was judged is not what the container would serve.
      write(thread.await(incoming.refuse(400)));
      end(true);
    } else {
      serve(chain, through.get());
    }
  }

  private void serve(FilterChain chain, ServerRequest through)
      throws IOException, ServletException {
    var judgedResponse = new JudgedResponse(response, this::head);
    judged = judgedResponse;
    connection.peer().ifPresent(id -> request.setAttribute(MeshPrincipal.ATTRIBUTE, id));
    boolean whole = false;
    try {
      chain.doFilter(judged(through), judgedResponse);
      if (request.isAsyncStarted()) {
        request.getAsyncContext().addListener(new Later(judgedResponse));
        return;
      }
      judgedResponse.finish();
      whole = true;
    } finally {
      if (!request.isAsyncStarted()) {
        // The container answers what the application threw.
        end(whole);
      }
    }
  }

  private HttpServletRequest judged(ServerRequest through) {
    var seen = new JudgedRequest(request, through.headers(), connection.peer());
    // What a filter has read of the body must be read from there.
    return through.body() == body ? seen : new HeldRequest(seen, through.body(), thread);
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
    return thread.await(incoming.answered(status, headers));
  }

  private void end(boolean whole) {
    JudgedResponse of = judged;
    incoming.end(
        whole, response.getStatus(), request.getContentLengthLong(), of == null ? 0 : of.written());
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
      Body content = out.body().get();
      content.open(bytes);
      content.demand(Integer.MAX_VALUE);
      response.getOutputStream().write(thread.await(bytes.whole()));
    }
    response.flushBuffer();
  }

  private void refuse(String why) throws IOException {
    response.setStatus(HttpServletResponse.SC_FORBIDDEN);
    response.setContentType("text/plain");
    response.getOutputStream().write(why.getBytes(StandardCharsets.UTF_8));
  }

  private Connection connection() {
    X509Certificate[] chain =
        request.getAttribute(CERTIFICATES) instanceof X509Certificate[] shown ? shown : null;
    return Connection.of(
        new Address(request.getLocalAddr(), request.getLocalPort()),
        new Address(request.getRemoteAddr(), request.getRemotePort()),
        request.isSecure(),
        chain);
  }

  private ServerRequest asked() {
    var headers = new Headers();
    for (String name : Collections.list(request.getHeaderNames())) {
      String lower = name.toLowerCase(Locale.ROOT);
      if (!lower.equals("host")) {
        Collections.list(request.getHeaders(name)).forEach(value -> headers.addLower(lower, value));
      }
    }
    String query = request.getQueryString();
    String path = request.getRequestURI();
    String host = request.getHeader("host");
    return new ServerRequest(
        request.getMethod(),
        request.getScheme(),
        host == null ? request.getServerName() : host,
        query == null ? path : path + "?" + query,
        serving.told(connection.downstream(), connection.chain(), headers),
        body,
        connection.peer(),
        connection.remote());
  }

  private boolean isDispatchedElsewhere(String target) {
    String info = request.getPathInfo();
    String served =
        request.getContextPath() + request.getServletPath() + (info == null ? "" : info);
    return Paths.hasParameters(target) || !Paths.decoded(Paths.path(target)).equals(served);
  }
}
