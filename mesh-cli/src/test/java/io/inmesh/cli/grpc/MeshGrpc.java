package io.inmesh.cli.grpc;

import io.grpc.Status;
import io.inmesh.call.Bodies;
import io.inmesh.call.Headers;
import io.inmesh.call.MeshException;
import io.inmesh.call.Request;
import io.inmesh.call.Response;
import io.inmesh.runtime.MeshRuntime;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Our client, with gRPC's messages written by hand. */
final class MeshGrpc implements GrpcClient {
  private static final int PREFIX = 5;

  private final MeshRuntime mesh;

  MeshGrpc(MeshRuntime mesh) {
    this.mesh = mesh;
  }

  @Override
  public String call(String host, String method, Map<String, String> headers)
      throws InterruptedException {
    var fields = new Headers();
    fields.add("content-type", "application/grpc").add("te", "trailers");
    fields.add("grpc-timeout", DEADLINE_SECONDS + "S");
    headers.forEach(fields::add);
    var request =
        new Request(
            "POST",
            "http",
            host + ":80",
            "/" + method,
            fields.freeze(),
            Optional.of(Bodies.of(new byte[PREFIX])),
            Duration.ofSeconds(DEADLINE_SECONDS));
    try {
      return result(mesh.blocking().send(request));
    } catch (MeshException broken) {
      return "broken: " + broken.getMessage();
    }
  }

  private static String result(Response response) {
    String status = response.trailers().get("grpc-status");
    if (status == null) {
      status = response.headers().get("grpc-status");
    }
    if (status == null) {
      return "HTTP " + response.status();
    }
    Status.Code code = Status.fromCodeValue(Integer.parseInt(status)).getCode();
    return code == Status.Code.OK ? "OK " + response.text().substring(PREFIX) : code.name();
  }

  @Override
  public void close() {
    mesh.close();
  }
}
