package io.inmesh.cli.command;

import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.explain.Explanation;
import io.inmesh.runtime.admin.ExplanationText;
import io.inmesh.runtime.admin.JsonText;
import io.inmesh.runtime.member.Member;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code inmesh explain}: why a request goes where it goes. */
@Command(
    name = "explain",
    description =
        "Tells why a request goes where it goes: listener, routes tried, draws, policies, hosts."
            + " Nothing is sent. Exit code 1 if the mesh would answer the request itself.",
    mixinStandardHelpOptions = true)
public final class ExplainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "URL", description = "For instance http://orders/items?id=1.")
  private URI url;

  @Mixin private Joining joining;

  @Option(
      names = "-X",
      paramLabel = "METHOD",
      defaultValue = "GET",
      description = "Method (default: ${DEFAULT-VALUE}).")
  private String method;

  @Option(names = "-H", paramLabel = "NAME: VALUE", description = "A request header.")
  private List<String> headers = List.of();

  @Option(
      names = "--draw",
      paramLabel = "N",
      description = "The call's random number, unsigned (default: a random one).")
  private @Nullable String draw;

  @Option(
      names = "--timeout",
      defaultValue = "30s",
      converter = Durations.class,
      description = "How long to wait for config (default: ${DEFAULT-VALUE}).")
  private Duration timeout;

  @Option(names = "--json", description = "JSON instead of text.")
  private boolean json;

  @Override
  public Integer call() throws Exception {
    Headers fields = UsageErrors.of(spec, "-H", () -> RequestHeaders.of(headers));
    Request request = UsageErrors.of(spec, "URL", () -> Request.of(method, url));
    String drawn = draw;
    OptionalLong number =
        drawn == null
            ? OptionalLong.empty()
            : OptionalLong.of(UsageErrors.of(spec, "--draw", () -> number(drawn)));
    try (Member member = joining.member().start()) {
      // Config comes right after it; a question before that would be answered without.
      Joining.awaitIdentity(member, timeout, spec);
      Explanation told =
          member
              .mesh()
              .explain(request.withHeaders(fields), number)
              .toCompletableFuture()
              .get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      PrintWriter out = spec.commandLine().getOut();
      out.print(json ? JsonText.lines(told) + "\n" : ExplanationText.of(told));
      out.flush();
      return told.result().status() == 0 ? 0 : 1;
    }
  }

  private static long number(String text) {
    try {
      return Long.parseUnsignedLong(text);
    } catch (NumberFormatException notOne) {
      throw new IllegalArgumentException("not an unsigned number of 64 bits: " + text, notOne);
    }
  }
}
