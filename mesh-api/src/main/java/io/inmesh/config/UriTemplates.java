package io.inmesh.config;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * URI templates as values: read, checked, not yet compiled. Source:
 * envoy.extensions.path.match.uri_template.v3 and envoy.extensions.path.rewrite.uri_template.v3.
 */
public final class UriTemplates {
  private static final int MOST_VARIABLES = 5;
  private static final int LONGEST_NAME = 16;
  private static final String PATH_GLOB = "[a-zA-Z0-9._~%!$&'()*+,;=:@-]+";
  private static final String TEXT_GLOB = "[a-zA-Z0-9._~%!$&'()*+,;=:@/-]*";
  private static final String LITERAL = "-._~%!$&'()+,;=:@*";

  private UriTemplates() {}

  /**
   * What a path must be.
   *
   * @param regex RE2 syntax, with a group for each variable; a full match is meant. In odd
   *     templates ({@code /***}) it is not a regular expression at all: then nothing matches.
   * @param variables names in the order of their groups
   */
  public record Pattern(String template, String regex, List<String> variables) {
    public Pattern {
      variables = List.copyOf(variables);
    }
  }

  /**
   * What a path becomes.
   *
   * @param parts text and variables in turn: text at even places, names at odd ones
   */
  public record Rewrite(String template, List<String> parts) {
    public Rewrite {
      parts = List.copyOf(parts);
    }
  }

  /**
   * Reads a template to match with.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  public static Pattern pattern(String template) {
    return new Reader(template).read();
  }

  /**
   * Reads a template to rewrite with.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  public static Rewrite rewrite(String template) {
    if (!template.startsWith("/") || template.contains("//") || template.length() > 256) {
      throw wrong(template, "invalid");
    }
    var parts = new ArrayList<String>();
    int at = 0;
    while (true) {
      int open = template.indexOf('{', at);
      String text = open < 0 ? template.substring(at) : template.substring(at, open);
      if (!text.chars().allMatch(c -> c == '/' || isLiteral(c))) {
        throw wrong(template, "invalid literal \"" + text + "\"");
      }
      parts.add(text);
      if (open < 0) {
        return new Rewrite(template, parts);
      }
      int close = template.indexOf('}', open);
      String name = close < 0 ? "" : template.substring(open + 1, close);
      if (!isName(name)) {
        throw wrong(template, "invalid variable name \"" + name + "\"");
      }
      parts.add(name);
      at = close + 1;
    }
  }

  /**
   * Whether a rewrite can follow a match: it uses no other variables.
   *
   * @throws IllegalArgumentException naming the variable
   */
  public static void check(Pattern match, Rewrite rewrite) {
    for (int i = 1; i < rewrite.parts.size(); i += 2) {
      if (!match.variables.contains(rewrite.parts.get(i))) {
        throw wrong(
            rewrite.template,
            "variable \"" + rewrite.parts.get(i) + "\" is not in " + match.template);
      }
    }
  }

  private static boolean isLiteral(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || LITERAL.indexOf(c) >= 0;
  }

  private static boolean isName(String name) {
    IntPredicate letter = c -> (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return !name.isEmpty()
        && name.length() <= LONGEST_NAME
        && letter.test(name.charAt(0))
        && name.chars().allMatch(c -> letter.test(c) || (c >= '0' && c <= '9') || c == '_');
  }

  private static IllegalArgumentException wrong(String template, String why) {
    return new IllegalArgumentException("uri template \"" + template + "\": " + why);
  }

  /** Turns one template into a regular expression. */
  private static final class Reader {
    private final String template;
    private final StringBuilder regex = new StringBuilder("/");
    private final List<String> variables = new ArrayList<>();
    private boolean textGlob;
    private int at = 1;

    Reader(String template) {
      this.template = template;
    }

    Pattern read() {
      if (!template.startsWith("/")
          || template.length() > 256
          || !template.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
        throw wrong(template, "must begin with / and hold visible ASCII only");
      }
      while (at < template.length()) {
        segment();
        if (at < template.length()) {
          afterSegment();
        }
      }
      return new Pattern(template, regex.toString(), variables);
    }

    private void segment() {
      char c = template.charAt(at);
      if (c == '*') {
        at += glob(template, at);
      } else if (c == '{') {
        variable();
      } else {
        literalSegment();
      }
    }

    private void afterSegment() {
      if (template.charAt(at) != '/') {
        int end = segmentEnd();
        literal(template.substring(at, end), "invalid suffix literal");
        at = end;
      }
      if (at < template.length()) {
        regex.append('/');
        at++;
      }
    }

    private int segmentEnd() {
      int end = template.indexOf('/', at);
      return end < 0 ? template.length() : end;
    }

    /** Literal text up to the next slash; a variable may stand in it. */
    private void literalSegment() {
      int end = segmentEnd();
      int open = template.indexOf('{', at);
      int close = open < 0 ? -1 : template.indexOf('}', open);
      if (close > 0 && close < end) {
        literal(template.substring(at, open), "invalid literal");
        at = open;
        variable();
      } else {
        literal(template.substring(at, end), "invalid literal");
        at = end;
      }
    }

    private void literal(String text, String complaint) {
      if (text.isEmpty() || !text.chars().allMatch(UriTemplates::isLiteral)) {
        throw wrong(template, complaint + " \"" + text + "\"");
      }
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        // An asterisk inside a literal stays an operator, as in Envoy.
        if (c == '.' || c == '$' || c == '(' || c == ')' || c == '+') {
          regex.append('\\');
        }
        regex.append(c);
      }
    }

    private int glob(String text, int from) {
      if (textGlob) {
        throw wrong(template, "glob after text glob");
      }
      if (text.startsWith("**", from)) {
        textGlob = true;
        regex.append(TEXT_GLOB);
        return 2;
      }
      regex.append(PATH_GLOB);
      return 1;
    }

    private void variable() {
      int close = template.indexOf('}', at);
      if (close < 0) {
        throw wrong(template, "unmatched variable bracket");
      }
      String inside = template.substring(at + 1, close);
      int equals = inside.indexOf('=');
      String name = equals < 0 ? inside : inside.substring(0, equals);
      if (!isName(name)) {
        throw wrong(template, "invalid variable name \"" + name + "\"");
      }
      if (variables.contains(name)) {
        throw wrong(template, "repeated variable name \"" + name + "\"");
      }
      if (variables.size() == MOST_VARIABLES) {
        throw wrong(template, "more than " + MOST_VARIABLES + " variables");
      }
      variables.add(name);
      regex.append('(');
      inside(equals < 0 ? "*" : inside.substring(equals + 1));
      regex.append(')');
      at = close + 1;
    }

    private void inside(String match) {
      if (match.isEmpty() || match.endsWith("/")) {
        throw wrong(template, "invalid variable match \"" + match + "\"");
      }
      int from = 0;
      while (from < match.length()) {
        if (match.charAt(from) == '*') {
          from += glob(match, from);
        } else {
          int end = match.indexOf('/', from);
          end = end < 0 ? match.length() : end;
          literal(match.substring(from, end), "invalid literal");
          from = end;
        }
        if (from < match.length()) {
          if (match.charAt(from) != '/') {
            throw wrong(template, "invalid variable match \"" + match + "\"");
          }
          regex.append('/');
          from++;
        }
      }
    }
  }
}
