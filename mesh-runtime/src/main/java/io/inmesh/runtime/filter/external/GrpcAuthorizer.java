package io.inmesh.runtime.filter.external;

import io.inmesh.call.Call;
import io.inmesh.config.ExternalAuthorization.OverGrpc;
import io.inmesh.runtime.format.ProcessFacts;
import io.inmesh.runtime.stage.FilteredCall;
import io.inmesh.runtime.stage.FilteredCall.BodyStart;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Asks a service of envoy.service.auth.v3.Authorization. */
final class GrpcAuthorizer implements Authorizer {
  private static final String PATH = "/envoy.service.auth.v3.Authorization/Check";

  private final UnaryGrpc check;
  private final CheckRequest request;

  GrpcAuthorizer(OverGrpc service, CheckRequest request, ProcessFacts process) {
    this.check = new UnaryGrpc(service.grpc(), PATH, service.timeout(), process);
    this.request = request;
  }

  @Override
  public Call ask(FilteredCall call, @Nullable BodyStart body, Consumer<Decision> decided) {
    return check.call(
        call,
        request.message(call, body),
        answer -> {
          byte[] message = UnaryGrpc.message(answer);
          decided.accept(message == null ? Decision.error() : CheckResponse.decision(message));
        });
  }
}
