package io.inmesh.runtime.enforcement;

import io.inmesh.call.Bodies;
import io.inmesh.call.Body;
import io.inmesh.call.CallSink;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.config.TransportSocket.DownstreamTls;
import io.inmesh.loop.EventLoop;
import io.inmesh.loop.Timer;
import io.inmesh.runtime.downstream.Downstream;
import io.inmesh.runtime.enforcement.ServedListener.State;
import io.inmesh.runtime.engine.HttpChain;
import io.inmesh.runtime.engine.IncomingCall;
import io.inmesh.server.Handler;
import io.inmesh.server.SecurityEvent;
import io.inmesh.server.ServerRequest;
import io.inmesh.server.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One request between the connection and the application: it is judged, once, then served or
 * answered. Owner: the connection's loop; the application may answer on any thread.
 */
@SuppressWarnings("FutureReturnValueIgnored") // What the application fails with is its answer.
final class Judgement extends CompletableFuture<ServerResponse>
    implements CallSink, IncomingCall.Application {
  private static final System.Logger LOG = System.getLogger("io.inmesh.security");

  private final Enforcement by;
  private final Place at;
  private final ServerRequest request;
  private @Nullable IncomingCall call;
  private String listener = "";

  /** The application's answer, while its head passes the filters. */
  private @Nullable ServerResponse served;

  private int status;
  private Headers headers = Headers.EMPTY;
  private @Nullable ByteArrayOutputStream localBody;

  /** What all requests of a connection share. Owner: its loop. */
  static final class Place {
    private final Downstream connection;
    private final EventLoop loop;
    private final Handler application;
    private ServedListener.@Nullable View view;
    private @Nullable HttpChain chain;

    Place(Downstream connection, EventLoop loop, Handler application) {
      this.connection = connection;
      this.loop = loop;
      this.application = application;
    }

    EventLoop loop() {
      return loop;
    }

    /** The chain of now; null if none takes a connection that is protected as this one is. */
    @Nullable HttpChain chain(ServedListener.View now) {
      if (now != view) {
        boolean secured = now.socket(connection) instanceof DownstreamTls;
        chain = secured == connection.tls() ? now.http(connection) : null;
        view = now;
      }
      return chain;
    }
  }

  Judgement(Enforcement by, Place at, ServerRequest request) {
    this.by = by;
    this.at = at;
    this.request = request;
  }

  void begin() {
    ServedListener.View now = by.listener().now();
    if (now.state() == State.UNKNOWN) {
      new Waiting().begin();
    } else {
      judge(now);
    }
  }

  /** The plane's first answer, or the end of patience. */
  private final class Waiting extends Timer {
    private boolean over;

    void begin() {
      at.loop().arm(this, at.loop().nanoTime() + by.patienceNanos());
      by.listener().await(() -> at.loop().execute(this::decided));
    }

    private void decided() {
      disarm();
      if (!over) {
        over = true;
        judge(by.listener().now());
      }
    }

    @Override
    protected void onTimer() {
      if (!over) {
        over = true;
        refuse(503, "listener_unknown");
      }
    }
  }

  private void judge(ServedListener.View now) {
    switch (now.state()) {
      case SERVED -> {
        HttpChain chain = at.chain(now);
        listener = now.name();
        if (chain == null) {
          // The connection was taken by a chain that is there no longer, or demands more by now.
          refuse(403, "filter_chain_not_found");
        } else {
          run(chain, now);
        }
      }
      case ABSENT -> pass();
      default -> refuse(503, "listener_removed");
    }
  }

  private void run(HttpChain chain, ServedListener.View now) {
    var incoming =
        new IncomingCall(
            chain,
            now.clusters(),
            now.revision(),
            by.surroundings(),
            at.loop(),
            asCall(),
            this,
            at.connection,
            this);
    call = incoming;
    incoming.enter();
    incoming.proceed();
  }

  private Request asCall() {
    return new Request(
        request.method(),
        request.scheme(),
        request.authority(),
        request.path(),
        request.headers(),
        Optional.of(request.body()),
        Duration.ZERO);
  }

  /** Nobody judges. */
  private void pass() {
    hand(request).whenComplete(this::pass);
  }

  private void pass(@Nullable ServerResponse response, @Nullable Throwable failure) {
    if (failure != null) {
      completeExceptionally(failure);
    } else {
      complete(response);
    }
  }

  private CompletionStage<ServerResponse> hand(ServerRequest to) {
    try {
      return at.application.handle(to);
    } catch (RuntimeException failure) {
      return CompletableFuture.failedFuture(failure);
    }
  }

  private void refuse(int code, String why) {
    denied(request.path(), code, why);
    complete(new ServerResponse(code, Headers.EMPTY, Optional.empty()));
  }

  @Override
  public void serve(IncomingCall of) {
    Headers judged = of.headers();
    var judgedRequest =
        new ServerRequest(
            of.method(),
            request.scheme(),
            of.authority(),
            of.path(),
            judged == request.headers() ? judged : judged.freeze(),
            of.body(request.body()),
            request.peer(),
            request.remote());
    hand(judgedRequest).whenComplete(this::answered);
  }

  private void answered(@Nullable ServerResponse response, @Nullable Throwable failure) {
    if (at.loop().inLoop()) {
      answeredOnLoop(response, failure);
    } else {
      at.loop().execute(() -> answeredOnLoop(response, failure));
    }
  }

  private void answeredOnLoop(@Nullable ServerResponse response, @Nullable Throwable failure) {
    IncomingCall of = call;
    if (of == null || of.hasEnded()) {
      if (response != null) {
        response.body().ifPresent(Body::cancel);
      }
    } else if (response == null) {
      completeExceptionally(failure == null ? new NullPointerException("no answer") : failure);
      of.finish(Ended.RESET);
    } else {
      served = response;
      of.answered(response.status(), response.headers().copy());
    }
  }

  @Override
  public void onHead(int code, Headers fields) {
    status = code;
    headers = fields;
    ServerResponse of = served;
    IncomingCall now = call;
    if (of != null && now != null) {
      Optional<Body> body = of.body().map(it -> new WatchedBody(now.paced(it), now, at.loop()));
      complete(new ServerResponse(code, fields, body));
      if (body.isEmpty()) {
        now.finish(Ended.COMPLETE);
      }
    }
  }

  @Override
  public void onData(ByteBuffer chunk) {
    ByteArrayOutputStream all = localBody == null ? new ByteArrayOutputStream() : localBody;
    localBody = all;
    while (chunk.hasRemaining()) {
      all.write(chunk.get());
    }
  }

  @Override
  public void onTrailers(Headers trailers) {}

  @Override
  public void onEnd(Ended how) {
    if (served == null && !isDone()) {
      IncomingCall of = call;
      if (of != null && (status == 401 || status == 403 || of.details().startsWith("rbac_"))) {
        denied(of.path(), status, of.details());
      }
      ByteArrayOutputStream body = localBody;
      complete(
          new ServerResponse(
              status == 0 ? 500 : status,
              headers,
              body == null ? Optional.empty() : Optional.of(Bodies.of(body.toByteArray()))));
    }
  }

  private void denied(String path, int code, String details) {
    int query = path.indexOf('?');
    var event =
        new SecurityEvent(
            listener,
            request.peer(),
            request.remote(),
            request.method(),
            request.authority(),
            query < 0 ? path : path.substring(0, query),
            code,
            rule(details));
    by.denials().denied(event, at.loop().nanoTime());
    try {
      by.security().onDenied(event);
    } catch (RuntimeException broken) {
      LOG.log(Level.ERROR, "a security listener failed", broken);
    }
  }

  /** What stands in the brackets of Envoy's details. */
  private static String rule(String details) {
    int open = details.startsWith("rbac_") ? details.indexOf('[') : details.indexOf('{');
    return open < 0 ? details : details.substring(open + 1, details.length() - 1);
  }
}
