package io.inmesh.examples.platform;

import io.inmesh.config.Address;
import io.inmesh.runtime.inbound.ConnectionListener;
import io.inmesh.runtime.inbound.MeshServer;
import io.inmesh.runtime.member.Member;
import io.inmesh.runtime.observe.Telemetry;
import io.inmesh.runtime.observe.micrometer.MicrometerMeters;
import io.inmesh.runtime.observe.opentelemetry.OpenTelemetryTracing;
import io.inmesh.server.Handler;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;

/** How a plain Java service of the shop starts: it joins, serves, and says when it is ready. */
public final class PlainService {
  private static final Duration IDENTITY_PATIENCE = Duration.ofMinutes(1);

  private PlainService() {}

  /**
   * Serves until the process is ended; then says goodbye to the mesh and lets requests end.
   *
   * @param service makes the handler of requests from the member, whose mesh it may call
   */
  public static void run(String[] words, Function<Member, Handler> service)
      throws IOException, InterruptedException {
    Arguments arguments = Arguments.of(words);
    var meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    Member member =
        Member.join(arguments.joinFile()).telemetry(telemetry(arguments, meters)).start();
    var ended = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  member.close();
                  ended.countDown();
                },
                "goodbye"));
    // Ten processes that start at once on two cores take their time.
    member.awaitIdentity(IDENTITY_PATIENCE);
    var registered = new Member.Service(new Address("127.0.0.1", 0), "http", arguments.labels(), 1);
    MeshServer server = member.serve(0, registered, service.apply(member), ConnectionListener.NONE);
    try (var metrics = new MetricsPage(meters)) {
      System.out.println("ready port=" + server.port() + " metrics=" + metrics.port());
      ended.await();
    }
  }

  /** All three kinds; spans only of traces that somebody else decided to sample. */
  private static Telemetry telemetry(Arguments arguments, PrometheusMeterRegistry meters)
      throws IOException {
    Telemetry telemetry = Telemetry.NONE.withMeters(new MicrometerMeters(meters));
    if (arguments.get("shop.logs").isEmpty()) {
      return telemetry;
    }
    var files = LogFiles.of(arguments.required("shop.logs"), arguments.required("shop.instance"));
    var spans =
        SdkTracerProvider.builder()
            .setSampler(Sampler.parentBased(Sampler.alwaysOff()))
            .addSpanProcessor(SimpleSpanProcessor.create(files.spans()))
            .build();
    var openTelemetry = OpenTelemetrySdk.builder().setTracerProvider(spans).build();
    return telemetry
        .withTracing(new OpenTelemetryTracing(openTelemetry))
        .withAccessLog(LogFiles.SHARE, files.accessLog());
  }
}
