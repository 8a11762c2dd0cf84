package io.inmesh.runtime.filter;

import io.inmesh.config.FilterStateMatcher;
import io.inmesh.config.IpRange;
import io.inmesh.config.Rbac;
import io.inmesh.config.Rbac.Permission;
import io.inmesh.config.Rbac.Principal;
import io.inmesh.config.Route;
import io.inmesh.config.RouteMatch;
import io.inmesh.config.StringMatcher;
import io.inmesh.runtime.match.HeaderTest;
import io.inmesh.runtime.match.PathTest;
import io.inmesh.runtime.match.RequestFields;
import io.inmesh.runtime.match.StringTest;
import io.inmesh.runtime.match.ValueTest;
import io.inmesh.runtime.stage.FilteredCall;
import io.inmesh.runtime.tls.SanRule;
import java.util.ArrayList;
import java.util.List;

/** A compiled permission or principal. */
@FunctionalInterface
interface RbacTest {
  boolean matches(FilteredCall call);

  /** One of these. */
  static RbacTest any(RbacTest... tests) {
    return tests.length == 1
        ? tests[0]
        : call -> {
          for (RbacTest test : tests) {
            if (test.matches(call)) {
              return true;
            }
          }
          return false;
        };
  }

  /** All of these. */
  static RbacTest all(RbacTest... tests) {
    return call -> {
      for (RbacTest test : tests) {
        if (!test.matches(call)) {
          return false;
        }
      }
      return true;
    };
  }

  static RbacTest not(RbacTest test) {
    return call -> !test.matches(call);
  }

  static RbacTest of(Permission permission) {
    if (permission instanceof Rbac.AllPermissions every) {
      return all(every.rules().stream().map(RbacTest::of).toArray(RbacTest[]::new));
    }
    if (permission instanceof Rbac.AnyPermission one) {
      return any(one.rules().stream().map(RbacTest::of).toArray(RbacTest[]::new));
    }
    if (permission instanceof Rbac.NotPermission other) {
      return not(of(other.rule()));
    }
    if (permission instanceof Rbac.Header header) {
      return header(header);
    }
    if (permission instanceof Rbac.UrlPath path) {
      return path(path.matcher());
    }
    if (permission instanceof Rbac.Template template) {
      PathTest test = PathTest.of(new RouteMatch.UriTemplate(template.template()));
      return call -> test.matches(call, call.path(), RequestFields.pathEnd(call.path()));
    }
    if (permission instanceof Rbac.DestinationIp ip) {
      var range = new IpRange(ip.range());
      return call -> range.contains(call.localAddress());
    }
    if (permission instanceof Rbac.DestinationPorts ports) {
      return call -> call.localPort() >= ports.start() && call.localPort() < ports.end();
    }
    if (permission instanceof Rbac.OfMetadata metadata) {
      return metadata(metadata);
    }
    if (permission instanceof Rbac.Upstream) {
      // Only a filter that resolves names for requests says it, and there is none.
      return call -> false;
    }
    if (permission instanceof Rbac.ServerName name) {
      StringTest test = StringTest.of(name.matcher());
      return call -> test.matches(call.serverName());
    }
    return call -> true;
  }

  static RbacTest of(Principal principal) {
    if (principal instanceof Rbac.AllPrincipals every) {
      return all(every.ids().stream().map(RbacTest::of).toArray(RbacTest[]::new));
    }
    if (principal instanceof Rbac.AnyPrincipal one) {
      return any(one.ids().stream().map(RbacTest::of).toArray(RbacTest[]::new));
    }
    if (principal instanceof Rbac.NotPrincipal other) {
      return not(of(other.id()));
    }
    if (principal instanceof Rbac.Header header) {
      return header(header);
    }
    if (principal instanceof Rbac.UrlPath path) {
      return path(path.matcher());
    }
    if (principal instanceof Rbac.OfMetadata metadata) {
      return metadata(metadata);
    }
    if (principal instanceof Rbac.OfFilterState state) {
      return filterState(state.matcher());
    }
    if (principal instanceof Rbac.Authenticated peer) {
      return authenticated(peer);
    }
    if (principal instanceof Rbac.MutualTls peer) {
      return mutualTls(peer);
    }
    if (principal instanceof Rbac.CallerIp caller) {
      var range = new IpRange(caller.range());
      return caller.which() == Rbac.Caller.REMOTE
          ? call -> range.contains(call.callerAddress())
          : call -> range.contains(call.peerAddress());
    }
    return call -> true;
  }

  private static RbacTest filterState(FilterStateMatcher matcher) {
    String key = matcher.key();
    if (matcher.value() instanceof FilterStateMatcher.Text text) {
      StringTest test = StringTest.of(text.matcher());
      return call -> {
        String value = call.filterState(key);
        return value != null && test.matches(value);
      };
    }
    List<IpRange> ranges =
        ((FilterStateMatcher.InRanges) matcher.value())
            .ranges().stream().map(IpRange::new).toList();
    return call -> {
      String value = call.filterState(key);
      return value != null && ranges.stream().anyMatch(range -> range.contains(value));
    };
  }

  private static RbacTest header(Rbac.Header header) {
    var test = new HeaderTest(header.matcher());
    return test::matches;
  }

  private static RbacTest path(StringMatcher matcher) {
    StringTest test = StringTest.of(matcher);
    return call -> test.matches(call.path(), 0, RequestFields.pathEnd(call.path()));
  }

  private static RbacTest authenticated(Rbac.Authenticated peer) {
    if (peer.name().isEmpty()) {
      return call -> call.callerNames() != null;
    }
    StringTest test = StringTest.of(peer.name().get());
    return call -> {
      List<String> names = call.callerNames();
      for (int i = 0; names != null && i < names.size(); i++) {
        if (test.matches(names.get(i))) {
          return true;
        }
      }
      return false;
    };
  }

  private static RbacTest mutualTls(Rbac.MutualTls peer) {
    if (peer.name().isEmpty()) {
      return call -> call.callerNames() != null;
    }
    var rule = new SanRule(peer.name().get());
    return call -> {
      for (List<?> name : call.callerAlternativeNames()) {
        if (rule.matches(name)) {
          return true;
        }
      }
      return false;
    };
  }

  private static RbacTest metadata(Rbac.OfMetadata metadata) {
    if (!metadata.ofRoute()) {
      var test = new ValueTest.OfMetadata(metadata.matcher());
      return test::matches;
    }
    var value = new ValueTest(metadata.matcher().value());
    boolean invert = metadata.matcher().invert();
    var path = new ArrayList<String>();
    path.add(metadata.matcher().namespace());
    path.addAll(metadata.matcher().path());
    return call -> {
      Route route = call.route().orElse(null);
      // Without a route nothing matches, inverted or not.
      return route != null
          && value.matches(ValueTest.descend(route.metadata().byNamespace(), path, 0)) != invert;
    };
  }
}
