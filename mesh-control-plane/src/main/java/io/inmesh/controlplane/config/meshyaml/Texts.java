package io.inmesh.controlplane.config.meshyaml;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.inmesh.config.IpRange;
import io.inmesh.config.Locality;
import io.inmesh.config.Regex;
import io.inmesh.config.StringMatcher;
import io.inmesh.controlplane.config.yaml.Fields;
import io.inmesh.controlplane.config.yaml.Value;
import java.util.List;
import java.util.Optional;

/** Kinds of text. */
final class Texts {
  private Texts() {}

  /** A DNS label: names of services, namespaces and subsets. */
  static String label(Value value) {
    String text = value.text();
    if (!isLabel(text)) {
      value.error("\"" + text + "\" is not a name: use lower case letters, digits and dashes");
    }
    return text;
  }

  static boolean isLabel(String text) {
    return text.matches("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
  }

  static boolean isHost(String text) {
    // Digits and dots alone are an address, or a mistake.
    return text.matches("[A-Za-z0-9]([-A-Za-z0-9_.]{0,251}[A-Za-z0-9])?")
        && !text.matches("[0-9.]+");
  }

  static boolean isIp(String text) {
    return IpRange.bytes(text) != null;
  }

  /** {@code region/zone/subzone}. */
  static Locality locality(Value value) {
    return Locality.parse(value.text());
  }

  static Regex regex(Value value) {
    String pattern = value.text();
    try {
      Pattern.compile(pattern);
    } catch (PatternSyntaxException e) {
      value.error("not a regular expression of RE2: " + e.getMessage());
    }
    return new Regex(pattern);
  }

  /**
   * A text that must be equal, or one of exact, prefix, suffix, contains, regex; empty for {@code
   * present: true}.
   */
  static Optional<StringMatcher> matcher(Value value) {
    if (value.isScalar()) {
      return Optional.of(new StringMatcher.Exact(value.text(), false));
    }
    Fields fields = value.fields();
    List<String> set = fields.present("exact", "prefix", "suffix", "contains", "regex", "present");
    fields.end();
    if (set.size() != 1) {
      value.error("must be text, or have one of exact, prefix, suffix, contains, regex, present");
      return Optional.empty();
    }
    Value operand = fields.find(set.get(0)).orElseThrow();
    return switch (set.get(0)) {
      case "exact" -> Optional.of(new StringMatcher.Exact(operand.text(), false));
      case "prefix" -> Optional.of(new StringMatcher.Prefix(operand.text(), false));
      case "suffix" -> Optional.of(new StringMatcher.Suffix(operand.text(), false));
      case "contains" -> Optional.of(new StringMatcher.Contains(operand.text(), false));
      case "regex" -> Optional.of(new StringMatcher.Pattern(regex(operand)));
      default -> present(operand);
    };
  }

  private static Optional<StringMatcher> present(Value value) {
    if (!value.flag()) {
      value.error("must be true");
    }
    return Optional.empty();
  }
}
