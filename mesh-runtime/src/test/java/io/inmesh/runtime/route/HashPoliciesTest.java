package io.inmesh.runtime.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.balance.XxHash64;
import io.inmesh.config.HashPolicy;
import io.inmesh.config.Regex;
import io.inmesh.config.RegexRewrite;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HashPoliciesTest {
  private static HashPolicy header(String name) {
    return new HashPolicy(new HashPolicy.Header(name, Optional.empty()), false);
  }

  private static FakeCall run(FakeCall call, HashPolicy... policies) {
    new HashPolicies(List.of(policies)).run(call, call);
    return call;
  }

  @Test
  void headers() {
    assertThat(run(FakeCall.get("/", "x-a", "v"), header("x-a")).hash).isEqualTo(XxHash64.of("v"));
    assertThat(run(FakeCall.get("/", "x-a", "b", "x-a", "a"), header("x-a")).hash)
        .isEqualTo(XxHash64.of("b", XxHash64.of("a")));
    assertThat(run(FakeCall.get("/p?q"), header(":path")).hash).isEqualTo(XxHash64.of("/p?q"));
    assertThat(run(FakeCall.get("/"), header("x-a")).hash).isNull();
    assertThat(run(FakeCall.get("/", "x-a", ""), header("x-a")).hash).isEqualTo(XxHash64.of(""));
    var rewrite = new RegexRewrite(new Regex("\\d+"), "");
    var policy = new HashPolicy(new HashPolicy.Header("x-a", Optional.of(rewrite)), false);
    assertThat(run(FakeCall.get("/", "x-a", "a1b2"), policy).hash).isEqualTo(XxHash64.of("ab"));
  }

  @Test
  void otherSources() {
    var query = new HashPolicy(new HashPolicy.QueryParameter("q"), false);
    assertThat(run(FakeCall.get("/?q=%20&q=2"), query).hash).isEqualTo(XxHash64.of("%20"));
    assertThat(run(FakeCall.get("/?z"), query).hash).isNull();
    var source = new HashPolicy(new HashPolicy.SourceIp(), false);
    assertThat(run(FakeCall.get("/"), source).hash).isEqualTo(XxHash64.of("127.0.0.1"));
    var state = new HashPolicy(new HashPolicy.FilterState("k"), false);
    var call = FakeCall.get("/");
    call.state.put("k", "v");
    assertThat(run(call, state).hash).isEqualTo(XxHash64.of("v"));
  }

  @Test
  void combined() {
    var call = FakeCall.get("/", "x-a", "1", "x-b", "2");
    assertThat(run(call, header("x-a"), header("x-b")).hash)
        .isEqualTo(Long.rotateLeft(XxHash64.of("1"), 1) ^ XxHash64.of("2"));
    var terminal = new HashPolicy(new HashPolicy.Header("x-a", Optional.empty()), true);
    assertThat(run(FakeCall.get("/", "x-a", "1", "x-b", "2"), terminal, header("x-b")).hash)
        .isEqualTo(XxHash64.of("1"));
    assertThat(run(FakeCall.get("/", "x-b", "2"), terminal, header("x-b")).hash)
        .isEqualTo(XxHash64.of("2"));
  }

  private static HashPolicy cookie(Optional<Duration> ttl) {
    return new HashPolicy(
        new HashPolicy.Cookie("user", ttl, "/p", Map.of("SameSite", "Lax")), false);
  }

  @Test
  void cookies() {
    HashPolicy lasting = cookie(Optional.of(Duration.ofMinutes(1)));
    assertThat(run(FakeCall.get("/", "cookie", "user=\"u 1\"; a=b"), lasting).hash)
        .isEqualTo(XxHash64.of("u 1"));
    var call = FakeCall.get("/", "cookie", "user=");
    call.random = 0x442a08cab00ca4cbL;
    assertThat(run(call, lasting).cookie)
        .isEqualTo("user=\"442a08cab00ca4cb\"; Max-Age=60; Path=/p; SameSite=Lax; HttpOnly");
    assertThat(call.hash).isEqualTo(XxHash64.of("442a08cab00ca4cb"));
    assertThat(run(FakeCall.get("/"), cookie(Optional.of(Duration.ZERO))).cookie)
        .isEqualTo("user=\"0000000000000000\"; Path=/p; SameSite=Lax; HttpOnly");
    FakeCall without = run(FakeCall.get("/"), cookie(Optional.empty()));
    assertThat(without.cookie).isNull();
    assertThat(without.hash).isNull();
  }
}
