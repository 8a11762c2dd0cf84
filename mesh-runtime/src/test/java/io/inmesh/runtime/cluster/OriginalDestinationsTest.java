package io.inmesh.runtime.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.balance.Pick;
import io.inmesh.call.Headers;
import io.inmesh.config.Action.Priority;
import io.inmesh.config.Cluster;
import io.inmesh.config.Cluster.Family;
import io.inmesh.config.EndpointSet;
import io.inmesh.transport.ConnectionPool.Cancel;
import io.inmesh.transport.Stream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OriginalDestinationsTest {
  private List<String> zone = List.of("10.9.0.1");
  private int asked;

  private final TestCluster cluster =
      new TestCluster(
          new Cluster("passthrough", new Cluster.OriginalDestination()),
          EndpointSet.empty("passthrough"),
          (name, family, answer) -> {
            asked++;
            if (zone.isEmpty()) {
              answer.failed("unknown " + name);
            } else {
              answer.resolved(zone, Duration.ZERO);
            }
          });

  private Pick pick(String authority) {
    var call = new TestCall(1);
    call.authority = authority;
    return cluster.runtime.hosts().pick(call);
  }

  private ClusterHost host(String authority) {
    return (ClusterHost) pick(authority).host();
  }

  @Test
  void theAuthorityIsTheHost() {
    assertThat(host("10.0.0.1:8080")).hasToString("10.0.0.1:8080");
    assertThat(host("10.0.0.1")).hasToString("10.0.0.1:80");
    assertThat(host("[::1]:81")).hasToString("[::1]:81");
    assertThat(host("10.0.0.1:8080")).isSameAs(host("10.0.0.1:8080"));
    assertThat(pick("a:b").host()).isNull();
    assertThat(pick("").host()).isNull();
  }

  @Test
  void aHostThatNobodyAsksForIsForgotten() {
    ClusterHost first = host("10.0.0.1:1");
    ClusterHost busy = host("10.0.0.2:1");
    busy.began();
    first.pool(Priority.DEFAULT, false);
    cluster.loop.advance(Duration.ofSeconds(6));
    assertThat(host("10.0.0.1:1")).as("was used in the interval").isSameAs(first);
    cluster.loop.advance(Duration.ofSeconds(11));
    assertThat(cluster.pools.made.get(0).drained).isTrue();
    assertThat(host("10.0.0.1:1")).isNotSameAs(first);
    assertThat(host("10.0.0.2:1")).isSameAs(busy);
  }

  @Test
  void aNameIsLookedUpBeforeTheFirstRequestAndAgainLater() {
    var handler = new Handler();
    var pool = host("example.org").pool(Priority.DEFAULT, false);
    pool.open(cluster.loop, handler);
    assertThat(asked).isEqualTo(1);
    cluster.loop.runTasks();
    assertThat(cluster.pools.made.get(0).settings.address()).hasToString("10.9.0.1:80");
    assertThat(cluster.pools.made.get(0).opened).isEqualTo(1);

    pool.open(cluster.loop, handler);
    assertThat(asked).isEqualTo(1);
    host("example.org").began();
    cluster.loop.advance(Duration.ofSeconds(61));
    zone = List.of("10.9.0.2");
    pool.open(cluster.loop, handler);
    assertThat(asked).isEqualTo(2);
    pool.open(cluster.loop, handler);
    assertThat(cluster.pools.made.get(1).opened).isEqualTo(1);
    assertThat(cluster.pools.made.get(0).drained).isTrue();
  }

  @Test
  void aNameThatIsNotKnownIsAConnectFailure() {
    zone = List.of();
    var handler = new Handler();
    host("example.org").pool(Priority.DEFAULT, false).open(cluster.loop, handler);
    cluster.loop.runTasks();
    assertThat(handler.closed).containsExactly("CONNECT_FAILURE unknown example.org");
  }

  @Test
  void aRequestThatNoLongerWaitsOpensNothing() {
    Cancel waiting =
        host("example.org").pool(Priority.DEFAULT, false).open(cluster.loop, new Handler());
    waiting.cancel();
    cluster.loop.runTasks();
    assertThat(cluster.pools.made).allMatch(pool -> pool.opened == 0);
  }

  @Test
  void removalFreesAll() {
    host("10.0.0.1:1").pool(Priority.DEFAULT, false);
    cluster.loop.runTasks();
    cluster.remove();
    cluster.loop.advance(Duration.ofSeconds(2));
    assertThat(cluster.pools.made).allMatch(pool -> pool.drained);
    assertThat(cluster.loop.idle()).isTrue();
  }

  @Test
  void familiesAreChosenAsTheConfigSays() throws Exception {
    InetAddress[] both = {InetAddress.getByName("10.0.0.1"), InetAddress.getByName("::2")};
    String v6 = both[1].getHostAddress();
    assertThat(SystemNameResolver.choose(both, Family.AUTO)).containsExactly(v6);
    assertThat(SystemNameResolver.choose(both, Family.V4_ONLY)).containsExactly("10.0.0.1");
    assertThat(SystemNameResolver.choose(both, Family.V4_PREFERRED)).containsExactly("10.0.0.1");
    assertThat(SystemNameResolver.choose(both, Family.V6_ONLY)).containsExactly(v6);
    assertThat(SystemNameResolver.choose(both, Family.ALL)).containsExactly(v6, "10.0.0.1");
    var answers = new ArrayList<String>();
    new SystemNameResolver(Runnable::run)
        .resolve(
            "127.0.0.1",
            Family.V4_ONLY,
            new NameResolver.Answer() {
              @Override
              public void resolved(List<String> addresses, Duration timeToLive) {
                answers.addAll(addresses);
              }

              @Override
              public void failed(String reason) {
                answers.add(reason);
              }
            });
    assertThat(answers).containsExactly("127.0.0.1");
  }

  private static final class Handler implements Stream.Handler {
    final List<String> closed = new ArrayList<>();

    @Override
    public void onOpen(Stream stream) {}

    @Override
    public void onWritable(int chunks) {}

    @Override
    public void onHead(int status, Headers headers) {}

    @Override
    public void onData(ByteBuffer chunk) {}

    @Override
    public void onTrailers(Headers trailers) {}

    @Override
    public void onClose(Stream.Closed how, String reason) {
      closed.add(how + " " + reason);
    }
  }
}
