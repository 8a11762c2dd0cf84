package io.inmesh.runtime.route;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.inmesh.config.Rewrite;
import io.inmesh.config.RouteMatch;
import io.inmesh.config.UriTemplates;
import io.inmesh.runtime.format.CallFacts;
import io.inmesh.runtime.format.FormatText;
import io.inmesh.runtime.format.ProcessFacts;
import io.inmesh.runtime.match.MatchTest;
import io.inmesh.runtime.match.PathTest;
import io.inmesh.runtime.match.RequestFields;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A compiled path rewrite. The query is kept. */
abstract class PathRewriting {
  /** The new path and query; null if it stays as it is. */
  abstract @Nullable String apply(CallFacts call);

  /** Null if there is none. {@code match} is what the route matches by. */
  static @Nullable PathRewriting of(Rewrite.Path config, MatchTest match, ProcessFacts process) {
    if (config instanceof Rewrite.PrefixRewrite prefix) {
      return new Prefix(prefix.replacement(), match.path);
    }
    if (config instanceof Rewrite.RegexPath regex) {
      return new Regex(new RegexReplacement(regex.rewrite()));
    }
    if (config instanceof Rewrite.FormatPath format) {
      return new Formatted(new FormatText(format.format(), process, ""));
    }
    if (config instanceof Rewrite.TemplateRewrite template
        && match.config.path() instanceof RouteMatch.UriTemplate matched) {
      return new Template(
          UriTemplates.rewrite(template.template()), UriTemplates.pattern(matched.template()));
    }
    return null;
  }

  private static final class Prefix extends PathRewriting {
    private final String replacement;
    private final PathTest matched;

    Prefix(String replacement, PathTest matched) {
      this.replacement = replacement;
      this.matched = matched;
    }

    @Override
    @Nullable String apply(CallFacts call) {
      String path = call.path();
      int end = matched.matchedLength(path, RequestFields.pathEnd(path));
      // A filter may have changed the path since it was matched.
      return replacement + path.substring(Math.min(end, path.length()));
    }
  }

  private static final class Regex extends PathRewriting {
    private final RegexReplacement replacement;

    Regex(RegexReplacement replacement) {
      this.replacement = replacement;
    }

    @Override
    String apply(CallFacts call) {
      String path = call.path();
      int end = RequestFields.pathEnd(path);
      return replacement.apply(path.substring(0, end)) + path.substring(end);
    }
  }

  private static final class Formatted extends PathRewriting {
    private final FormatText format;

    Formatted(FormatText format) {
      this.format = format;
    }

    @Override
    @Nullable String apply(CallFacts call) {
      String made = format.apply(call);
      return made.isEmpty()
          ? null
          : made + call.path().substring(RequestFields.pathEnd(call.path()));
    }
  }

  private static final class Template extends PathRewriting {
    private final List<String> parts;
    private final @Nullable Pattern pattern;
    private final Map<String, Integer> groups = new HashMap<>();

    Template(UriTemplates.Rewrite rewrite, UriTemplates.Pattern match) {
      this.parts = rewrite.parts();
      this.pattern = PathTest.compile(match.regex());
      for (int i = 0; i < match.variables().size(); i++) {
        groups.put(match.variables().get(i), i + 1);
      }
    }

    @Override
    @Nullable String apply(CallFacts call) {
      String path = call.path();
      int end = RequestFields.pathEnd(path);
      Matcher matcher = pattern == null ? null : pattern.matcher(path.substring(0, end));
      if (matcher == null || !matcher.matches()) {
        return path;
      }
      var out = new StringBuilder();
      for (int i = 0; i < parts.size(); i++) {
        Integer group = i % 2 == 0 ? null : groups.get(parts.get(i));
        out.append(group == null ? parts.get(i) : matcher.group(group));
      }
      return out.append(path, end, path.length()).toString();
    }
  }
}
