package io.inmesh.controlplane.config.istio;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.inmesh.config.Regex;
import io.inmesh.config.StringMatcher;
import io.inmesh.controlplane.config.yaml.Fields;
import io.inmesh.controlplane.config.yaml.Value;
import java.util.List;
import java.util.Optional;

/** Reads networking.istio.io StringMatch. */
final class StringMatches {
  private StringMatches() {}

  /** The match; empty if nothing is set, which asks for presence only. */
  static Optional<StringMatcher> read(Value value, boolean ignoreCase) {
    Fields fields = value.fields();
    List<String> set = fields.present("exact", "prefix", "regex");
    fields.end();
    if (set.isEmpty()) {
      return Optional.empty();
    }
    if (set.size() > 1) {
      value.error("only one of " + String.join(", ", set) + " may be set");
    }
    Value operand = fields.find(set.get(0)).orElseThrow();
    return Optional.of(
        switch (set.get(0)) {
          case "exact" -> new StringMatcher.Exact(operand.text(), ignoreCase);
          case "prefix" -> new StringMatcher.Prefix(operand.text(), ignoreCase);
          default -> new StringMatcher.Pattern(regex(operand));
        });
  }

  /** A regular expression in RE2's syntax. */
  static Regex regex(Value value) {
    String pattern = value.text();
    if (pattern.length() > 1024) {
      value.error("the regular expression is longer than 1024 characters");
    } else {
      try {
        Pattern.compile(pattern);
      } catch (PatternSyntaxException e) {
        value.error("not a regular expression of RE2: " + e.getMessage());
      }
    }
    return new Regex(pattern);
  }
}
