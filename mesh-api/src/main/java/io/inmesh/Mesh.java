package io.inmesh;

import io.inmesh.call.Request;
import io.inmesh.call.Response;
import io.inmesh.call.StreamingResponse;
import io.inmesh.explain.Explanation;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;

/** The running mesh inside an application. Safe for use by many threads. */
public interface Mesh extends AutoCloseable {
  /**
   * Makes a call and collects the whole response, up to the mesh's limit for such responses (16 MiB
   * unless set otherwise). Cancel the future ({@link CompletionStage#toCompletableFuture}) to
   * cancel the call. The stage completes on the mesh's executor for user code, the common pool by
   * default.
   *
   * <p>It fails with {@link io.inmesh.call.MeshException}. Local replies of the mesh (404 NR, 503
   * UH, 504 UT, …) are responses like any other.
   */
  CompletionStage<Response> send(Request request);

  /**
   * Makes a call and answers as soon as the response's head has arrived; the body is read from the
   * response.
   */
  CompletionStage<StreamingResponse> exchange(Request request);

  /** The blocking form. */
  BlockingMesh blocking();

  /**
   * Why a request would go where it would go: the decisions of a call, made by the same code,
   * without sending anything. Filters that would change something by being asked (take a token, ask
   * another service) are not asked. A destination that is not known yet is asked for, as a call
   * would.
   *
   * @param draw the call's random number; empty for a random one
   */
  CompletionStage<Explanation> explain(Request request, OptionalLong draw);

  /** What the mesh knows of itself now. */
  MeshStatus status();

  /**
   * A destination needed from now on ({@code host} or {@code host:port}); calls to unknown
   * destinations ask for them by themselves.
   */
  void want(String destination);

  /** Ends all calls that are under way, then connections, then the subscription. Idempotent. */
  @Override
  void close();
}
