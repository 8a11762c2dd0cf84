package io.inmesh.runtime.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inmesh.config.Address;
import io.inmesh.config.Node;
import io.inmesh.config.Resource;
import io.inmesh.identity.CertificateAuthority;
import io.inmesh.identity.JoinFile;
import io.inmesh.identity.SecretStore;
import io.inmesh.plane.ConfigPlane;
import io.inmesh.plane.PlaneConnector;
import io.inmesh.plane.PlaneContext;
import io.inmesh.plane.ResourceFormat;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class MemberTest {
  private static final JoinFile FILE =
      new JoinFile("web", "default", "cluster.local", "127.0.0.1:1", "token", "");

  /** Notes what a subscription is told. */
  private static final class Noted implements PlaneConnector, ConfigPlane, ConfigPlane.Session {
    private final List<String> events = new CopyOnWriteArrayList<>();

    @Override
    public ConfigPlane plane(JoinFile join, Options options) {
      return this;
    }

    @Override
    public CertificateAuthority authority(JoinFile join, SecretStore own) {
      return new CertificateAuthority() {
        @Override
        public CompletionStage<Issued> sign(String csrPem, Duration validity) {
          return new CompletableFuture<>();
        }

        @Override
        public void close() {
          events.add("authority closed");
        }
      };
    }

    @Override
    public ResourceFormat format() {
      throw new UnsupportedOperationException("nobody asks");
    }

    @Override
    public Session open(PlaneContext context) {
      return this;
    }

    @Override
    public void want(Set<Resource.Key> names) {}

    @Override
    public void node(Node node) {
      var told = (Map<?, ?>) node.metadata().get("INMESH_REGISTRATION");
      if (told != null) {
        events.add(told.get("port") + (Boolean.TRUE.equals(told.get("draining")) ? " drains" : ""));
      }
    }

    @Override
    public Status status() {
      return new Status(true, "noted", "");
    }

    @Override
    public void close() {
      events.add("closed");
    }
  }

  @Test
  void whoeverLeavesSaysGoodbyeAndEndsItsSubscription() {
    var plane = new Noted();
    Member member = Member.join(FILE).threads(1).connector(plane).start();
    Serving serving = member.serving("v1");
    serving.begin(Member.Service.local().at(new Address("127.0.0.1", 8443)));
    member.close();
    await().until(() -> plane.events.contains("closed"));
    assertThat(plane.events).containsSubsequence("8443.0", "8443.0 drains", "closed");
    assertThat(plane.events).contains("authority closed");
  }

  @Test
  void whoeverLeavesServesOnUntilOthersHaveHeard() {
    var plane = new Noted();
    Duration notice = Duration.ofMillis(500);
    try (Member member =
        Member.join(FILE).threads(1).drainNotice(notice).connector(plane).start()) {
      Serving serving = member.serving("v1");
      assertThat(serving.drain()).isCompleted();
      serving.begin(Member.Service.local().at(new Address("127.0.0.1", 8443)));
      long said = System.nanoTime();
      var heard = serving.drain();
      assertThat(serving.drain()).isSameAs(heard);
      heard.toCompletableFuture().join();
      assertThat(Duration.ofNanos(System.nanoTime() - said)).isGreaterThanOrEqualTo(notice);
    }
  }
}
