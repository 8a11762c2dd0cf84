package io.inmesh.runtime.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.Format;
import io.inmesh.config.HeaderMutation;
import io.inmesh.config.HeaderMutation.QueryStep;
import io.inmesh.config.HeaderMutations.Append;
import io.inmesh.config.Locality;
import io.inmesh.config.Node;
import io.inmesh.runtime.format.ProcessFacts;
import io.inmesh.runtime.stage.FilteredCall;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueryEditsTest {
  private String path = "";

  private final FilteredCall call =
      (FilteredCall)
          Proxy.newProxyInstance(
              FilteredCall.class.getClassLoader(),
              new Class<?>[] {FilteredCall.class},
              (proxy, method, arguments) -> {
                if (arguments != null) {
                  path = (String) arguments[0];
                }
                return path;
              });

  private String edited(String from, QueryStep... steps) {
    path = from;
    var process =
        new ProcessFacts(
            new Node("", "", Locality.NONE, Map.of()), "", name -> "", () -> Instant.EPOCH, "");
    new QueryEdits(List.of(steps), process).apply(call);
    return path;
  }

  private static QueryStep put(String name, String value, Append append) {
    return new HeaderMutation.PutParameter(name, Format.parse(value), append);
  }

  @ParameterizedTest
  @CsvSource({
    "APPEND_IF_EXISTS_OR_ADD, /a?q=1&q=2&q=N&r=3, /a?q=N",
    "ADD_IF_ABSENT, /a?q=1&q=2&r=3, /a?q=N",
    "OVERWRITE_IF_EXISTS_OR_ADD, /a?q=N&r=3, /a?q=N",
    "OVERWRITE_IF_EXISTS, /a?q=N&r=3, /a"
  })
  void putsByItsAction(Append action, String where, String whereNone) {
    assertThat(edited("/a?q=1&r=3&q=2", put("q", "N", action))).isEqualTo(where);
    assertThat(edited("/a", put("q", "N", action))).isEqualTo(whereNone);
  }

  @Test
  void removesByTheNameItself() {
    var step = new HeaderMutation.RemoveParameter("x y");
    assertThat(edited("/a?x%20y=1&b", step)).isEqualTo("/a?b=");
    assertThat(edited("/a?x%20y=1", step)).isEqualTo("/a");
  }

  @Test
  void whatWouldCutTheRequestStaysEscaped() {
    var step = put("n", "a b&c", Append.ADD_IF_ABSENT);
    assertThat(edited("/a?v=%2F%20%26x%3d1%0d%0a%25&k%3d%26=1", step))
        .isEqualTo("/a?k%3D%26=1&n=a%20b%26c&v=/%20%26x=1%0d%0a%25");
  }

  @Test
  void brokenEscapesStay() {
    assertThat(edited("/a?v=%&w=%2&x=%zz", new HeaderMutation.RemoveParameter("q")))
        .isEqualTo("/a?v=%&w=%2&x=%zz");
  }
}
