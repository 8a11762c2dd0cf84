package io.inmesh.runtime.match;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.inmesh.config.RouteMatch;
import io.inmesh.config.RouteMatch.PathMatch;
import io.inmesh.config.UriTemplates;
import org.jspecify.annotations.Nullable;

/** A compiled path criterion. Paths come without query and fragment, as a text and its end. */
public abstract class PathTest {
  public abstract boolean matches(RouteInput call, String path, int end);

  /** How much of the path a prefix rewrite replaces, of a path that matches. */
  public int matchedLength(String path, int end) {
    return end;
  }

  public static PathTest of(PathMatch match) {
    if (match instanceof RouteMatch.Prefix prefix) {
      return new Prefix(prefix.prefix(), prefix.caseSensitive(), false);
    }
    if (match instanceof RouteMatch.PathSeparatedPrefix prefix) {
      return new Prefix(prefix.prefix(), prefix.caseSensitive(), true);
    }
    if (match instanceof RouteMatch.Exact exact) {
      return new Exact(exact.path(), exact.caseSensitive());
    }
    if (match instanceof RouteMatch.Pattern pattern) {
      return new Regex(Pattern.compile(pattern.regex().pattern()));
    }
    if (match instanceof RouteMatch.UriTemplate template) {
      return new Template(compile(UriTemplates.pattern(template.template()).regex()));
    }
    return new Connect();
  }

  /** The regular expression of a template; null if it is none, then nothing matches. */
  public static @Nullable Pattern compile(String regex) {
    try {
      return Pattern.compile(regex);
    } catch (PatternSyntaxException notRegular) {
      return null;
    }
  }

  private static final class Prefix extends PathTest {
    private final String prefix;
    private final boolean caseSensitive;
    private final boolean separated;

    Prefix(String prefix, boolean caseSensitive, boolean separated) {
      this.prefix = prefix;
      this.caseSensitive = caseSensitive;
      this.separated = separated;
    }

    @Override
    public boolean matches(RouteInput call, String path, int end) {
      int length = prefix.length();
      return end >= length
          && StringTest.same(path, 0, prefix, !caseSensitive)
          && (!separated || end == length || path.charAt(length) == '/');
    }

    @Override
    public int matchedLength(String path, int end) {
      return prefix.length();
    }
  }

  private static final class Exact extends PathTest {
    private final String path;
    private final boolean caseSensitive;

    Exact(String path, boolean caseSensitive) {
      this.path = path;
      this.caseSensitive = caseSensitive;
    }

    @Override
    public boolean matches(RouteInput call, String text, int end) {
      return end == path.length() && StringTest.same(text, 0, path, !caseSensitive);
    }

    /** Less than the path where its parameters are not looked at. */
    @Override
    public int matchedLength(String text, int end) {
      return path.length();
    }
  }

  private static final class Regex extends PathTest {
    private final Pattern pattern;

    Regex(Pattern pattern) {
      this.pattern = pattern;
    }

    @Override
    public boolean matches(RouteInput call, String path, int end) {
      return pattern.matches(end == path.length() ? path : path.substring(0, end));
    }
  }

  /** Measured: a template sees path parameters even where the config says to ignore them. */
  private static final class Template extends PathTest {
    private final @Nullable Pattern pattern;

    Template(@Nullable Pattern pattern) {
      this.pattern = pattern;
    }

    @Override
    public boolean matches(RouteInput call, String path, int end) {
      return pattern != null && pattern.matches(path.substring(0, RequestFields.pathEnd(path)));
    }
  }

  private static final class Connect extends PathTest {
    @Override
    public boolean matches(RouteInput call, String path, int end) {
      return call.method().equals("CONNECT");
    }
  }
}
