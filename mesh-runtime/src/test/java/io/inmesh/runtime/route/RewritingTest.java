package io.inmesh.runtime.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.Action.Redirect;
import io.inmesh.config.Address;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.EndpointSet.Health;
import io.inmesh.config.Format;
import io.inmesh.config.Metadata;
import io.inmesh.config.Regex;
import io.inmesh.config.RegexRewrite;
import io.inmesh.config.Rewrite;
import io.inmesh.config.RouteMatch;
import io.inmesh.config.RouteMatch.PathMatch;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Paths, authorities, redirects. Seen on Envoy 1.40. */
class RewritingTest {
  private static RegexRewrite regex(String pattern, String substitution) {
    return new RegexRewrite(new Regex(pattern), substitution);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '~',
      value = {
        "x*, -, /v/y/z, -/-v-/-y-/-z-",
        "x*, -, axxb, -a-b-",
        "^/, /pre/, /a/b, /pre/a/b",
        "(/[^/]*)$, \\1\\1, /a/b, /a/b/b",
        "^/service/([^/]+)(/.*)$, \\2/instance/\\1, /service/foo/v1, /v1/instance/foo",
        "[aeiou], <\\0>, /users, /<u>s<e>rs",
        "one, two, /oneone, /twotwo",
        "(?i)FOO, bar, /foo/Foo, /bar/bar",
        "a, \\9, /abc, /abc",
        "nothing, x, /abc, /abc"
      })
  void everyMatchIsReplaced(String pattern, String substitution, String text, String expected) {
    assertThat(new RegexReplacement(regex(pattern, substitution)).apply(text)).isEqualTo(expected);
  }

  private static FakeCall finalized(PathMatch match, Rewrite.Path path, FakeCall call) {
    RouteEntry<String> entry =
        Routes.table(
                Routes.route(
                    "r",
                    RouteMatch.of(match),
                    Routes.rewriting(path, new Rewrite.KeepHost(), false)))
            .match(call);
    assertThat(entry).isNotNull();
    entry.finalizeRequest(call, call);
    return call;
  }

  @ParameterizedTest
  @CsvSource({
    "/b, /, /b/c, //c",
    "/b, /, /bc, /c",
    "/b, new, /b?q=1, new?q=1",
    "/B, /x, /b/y, /x/y"
  })
  void prefixes(String prefix, String replacement, String path, String expected) {
    var match = new RouteMatch.Prefix(prefix, false);
    FakeCall call = finalized(match, new Rewrite.PrefixRewrite(replacement), FakeCall.get(path));
    assertThat(call.path()).isEqualTo(expected);
    assertThat(call.headers().get("x-envoy-original-path")).isEqualTo(path);
  }

  @Test
  void aPrefixRewriteReplacesWhatAPatternMatched() {
    var match = new RouteMatch.Pattern(new Regex("/a.*"));
    FakeCall call = finalized(match, new Rewrite.PrefixRewrite("/n"), FakeCall.get("/abc/d?q"));
    assertThat(call.path()).isEqualTo("/n?q");
  }

  @Test
  void templates() {
    var match = new RouteMatch.UriTemplate("/{lang=en/*}/doc/{rest=**}");
    FakeCall call =
        finalized(
            match, new Rewrite.TemplateRewrite("/{rest}/{lang}"), FakeCall.get("/en/us/doc/a/b?q"));
    assertThat(call.path()).isEqualTo("/a/b/en/us?q");
  }

  @ParameterizedTest
  @CsvSource({
    "/np%REQ(x-a)%, /np1?q=1",
    "/fixed, /fixed?q=1",
    "%REQ(missing)%, /abc?q=1",
    "/x%REQ(missing)%y, /xy?q=1",
    "%PATH(NQ)%/tail, /abc/tail?q=1"
  })
  void formats(String format, String expected) {
    FakeCall call =
        finalized(
            new RouteMatch.Prefix("/a", true),
            new Rewrite.FormatPath(Format.parse(format)),
            FakeCall.get("/abc?q=1", "x-a", "1"));
    assertThat(call.path()).isEqualTo(expected);
  }

  private static FakeCall rehosted(Rewrite.Host host, boolean append, FakeCall call) {
    RouteEntry<String> entry =
        Routes.entry(
            Routes.route(
                "r", Routes.prefix("/"), Routes.rewriting(new Rewrite.KeepPath(), host, append)));
    entry.finalizeRequest(call, call);
    entry.finalizeAttempt(
        call,
        new Endpoint(
            new Address("10.0.0.1", 80), "host.internal", 1, Health.UNKNOWN, Metadata.EMPTY));
    return call;
  }

  @Test
  void authorities() {
    var literal = rehosted(new Rewrite.LiteralHost("new.host"), true, FakeCall.get("/"));
    assertThat(literal.authority()).isEqualTo("new.host");
    assertThat(literal.headers().get("x-envoy-original-host")).isEqualTo("foo.com");
    assertThat(literal.headers().get("x-forwarded-host")).isEqualTo("foo.com");
    var again =
        rehosted(
            new Rewrite.LiteralHost("new.host"),
            true,
            FakeCall.get("/", "x-forwarded-host", "a,foo.com"));
    assertThat(again.headers().get("x-forwarded-host")).isEqualTo("a,foo.com");
    assertThat(rehosted(new Rewrite.AutoHost(), false, FakeCall.get("/")).authority())
        .isEqualTo("host.internal");
    var header = new Rewrite.HeaderHost("x-h");
    assertThat(rehosted(header, false, FakeCall.get("/", "x-h", "h1", "x-h", "h2")).authority())
        .isEqualTo("h1");
    var without = rehosted(header, true, FakeCall.get("/", "x-h", ""));
    assertThat(without.authority()).isEqualTo("foo.com");
    assertThat(without.headers().contains("x-forwarded-host")).isFalse();
    var fromPath = new Rewrite.PathRegexHost(regex("^/(.+)/.+$", "\\1.example.com"));
    assertThat(rehosted(fromPath, false, FakeCall.get("/bob/x?y")).authority())
        .isEqualTo("bob.example.com");
    var missing = new Rewrite.FormatHost(Format.parse("%REQ(missing)%"));
    assertThat(rehosted(missing, false, FakeCall.get("/")).authority()).isEqualTo("-");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "no",
      value = {
        "http, foo.com:80, no, no, 0, http://foo.com:80/p?q=1",
        "http, foo.com:80, https, no, 0, https://foo.com/p?q=1",
        "http, foo.com:8080, https, no, 0, https://foo.com:8080/p?q=1",
        "http, foo.com:8080, https, no, 443, https://foo.com:443/p?q=1",
        "http, foo.com, no, h.test:99, 443, http://h.test:99:443/p?q=1",
        "http, [::1]:80, https, no, 0, https://[::1]/p?q=1",
        "http, foo.com:80, HTTP, no, 0, HTTP://foo.com/p?q=1",
        "https, foo.com:443, http, no, 0, http://foo.com/p?q=1"
      })
  void redirects(
      String proto, String authority, String scheme, String host, int port, String expected) {
    var to =
        new Redirect(
            Optional.ofNullable(scheme),
            false,
            Optional.ofNullable(host),
            port,
            new Rewrite.KeepPath(),
            301,
            false);
    var call = FakeCall.to(authority, "/p?q=1", "x-forwarded-proto", proto);
    call.scheme = proto;
    LocalReply reply = Routes.entry(Routes.route("r", Routes.prefix("/"), to)).directReply(call);
    assertThat(reply).isNotNull();
    assertThat(reply.headers().get("location")).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "/new, false, /p?q=1, /new?q=1",
    "/new, true, /p?q=1, /new",
    "/np?x=1, false, /p?q=1, /np?x=1",
    "/np?x=1, true, /p, /np?x=1"
  })
  void replacedPaths(String path, boolean strip, String from, String expected) {
    var to =
        new Redirect(
            Optional.empty(),
            false,
            Optional.empty(),
            0,
            new Rewrite.ReplacePath(path),
            301,
            strip);
    LocalReply reply =
        Routes.entry(Routes.route("r", Routes.prefix("/"), to)).directReply(FakeCall.get(from));
    assertThat(reply).isNotNull();
    assertThat(reply.headers().get("location")).isEqualTo("http://foo.com" + expected);
  }

  @Test
  void whatARedirectFormatsIsForTheCallerOnly() {
    var formatted = new Rewrite.FormatPath(Format.parse("/np%REQ(x-a)%"));
    var to = new Redirect(Optional.empty(), false, Optional.empty(), 0, formatted, 301, false);
    var call = FakeCall.get("/p?q", "x-a", "1");
    LocalReply reply = Routes.entry(Routes.route("r", Routes.prefix("/"), to)).directReply(call);
    assertThat(reply).isNotNull();
    assertThat(reply.headers().get("location")).isEqualTo("http://foo.com/np1?q");
    assertThat(call.path()).isEqualTo("/p?q");
    var regex = new Rewrite.RegexPath(regex("^/", ""));
    var other = new Redirect(Optional.empty(), false, Optional.empty(), 0, regex, 301, false);
    reply = Routes.entry(Routes.route("r", Routes.prefix("/"), other)).directReply(call);
    assertThat(reply).isNotNull();
    assertThat(reply.headers().get("location")).isEqualTo("http://foo.com/p?q");
    assertThat(call.path()).isEqualTo("p?q");
  }
}
