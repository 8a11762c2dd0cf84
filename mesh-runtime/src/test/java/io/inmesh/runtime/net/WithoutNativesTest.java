package io.inmesh.runtime.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.ProtocolOptions.Http;
import io.inmesh.runtime.net.Pair.Mode;
import io.inmesh.runtime.tls.TlsProvider;
import io.inmesh.transport.Stream.Closed;
import io.netty.handler.ssl.OpenSsl;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A process that has none of the optional libraries, as on another platform. */
class WithoutNativesTest {
  private static final Pattern OPTIONAL =
      Pattern.compile(
          ".*(netty-transport-native-(epoll|io_uring)|netty-transport-classes-io_uring|"
              + "netty-tcnative-boringssl-static).*");

  /** What runs in it: a call with mutual TLS over each protocol, with the best there is. */
  static final class Process {
    private Process() {}

    public static void main(String[] arguments) {
      assertThat(SocketIo.BEST.available()).isEqualTo(SocketIo.NIO);
      assertThat(SocketIo.IO_URING.available()).isEqualTo(SocketIo.NIO);
      assertThat(OpenSsl.isAvailable()).isFalse();
      for (Http http : List.of(Http.HTTP_1, Http.HTTP_2)) {
        try (var pair = new Pair(new Mode(http, true, TlsProvider.BEST)).serving(Pair::echo)) {
          var exchange = new Exchange("POST", "/").body(100_000, -1).on(pair.pool(), pair.loop);
          assertThat(exchange.outcome()).isEqualTo(Closed.COMPLETE);
          assertThat(exchange.receivedBytes).hasValue(100_000);
          assertThat(pair.peers).hasSize(1);
        }
      }
      System.out.println("both protocols");
    }
  }

  @Test
  void theJdkDoesAll() throws IOException, InterruptedException {
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    String lean =
        Pattern.compile(File.pathSeparator, Pattern.LITERAL)
            .splitAsStream(path)
            .filter(entry -> !OPTIONAL.matcher(entry).matches())
            .collect(Collectors.joining(File.pathSeparator));
    assertThat(lean).isNotEqualTo(path);
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var process =
        new ProcessBuilder(java, "-Xmx256m", "-cp", lean, Process.class.getName())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    assertThat(said).contains("both protocols");
  }
}
