package io.inmesh.xds.codec;

import io.inmesh.config.CookieMatcher;
import io.inmesh.config.HeaderMatcher;
import io.inmesh.config.MetadataMatcher;
import io.inmesh.config.QueryParameterMatcher;
import io.inmesh.config.Regex;
import io.inmesh.config.RegexRewrite;
import io.inmesh.config.StringMatcher;
import io.inmesh.config.ValueMatcher;
import io.inmesh.proto.envoy.type.matcher.v3.DoubleMatcher;
import io.inmesh.proto.envoy.type.matcher.v3.ListMatcher;
import io.inmesh.proto.envoy.type.matcher.v3.OrMatcher;
import io.inmesh.proto.envoy.type.matcher.v3.RegexMatchAndSubstitute;
import io.inmesh.proto.envoy.type.matcher.v3.RegexMatcher;
import io.inmesh.proto.envoy.type.v3.DoubleRange;
import io.inmesh.proto.envoy.type.v3.Int64Range;
import java.util.Locale;
import java.util.Optional;

/** Matchers of strings, headers, query parameters, cookies and values. */
final class MatcherCodec {
  private MatcherCodec() {}

  static StringMatcher string(
      Decoding in, io.inmesh.proto.envoy.type.matcher.v3.StringMatcher matcher) {
    boolean ignoreCase = matcher.getIgnoreCase();
    switch (matcher.getMatchPatternCase()) {
      case EXACT:
        return new StringMatcher.Exact(in.text(matcher.getExact()), ignoreCase);
      case PREFIX:
        return new StringMatcher.Prefix(in.required("prefix", matcher.getPrefix()), ignoreCase);
      case SUFFIX:
        return new StringMatcher.Suffix(in.required("suffix", matcher.getSuffix()), ignoreCase);
      case CONTAINS:
        return new StringMatcher.Contains(
            in.required("contains", matcher.getContains()), ignoreCase);
      case SAFE_REGEX:
        return new StringMatcher.Pattern(
            in.inside("safe_regex", matcher.getSafeRegex(), Decoding::regex));
      case CUSTOM:
        throw in.refuse("custom", "custom string matchers are not supported");
      default:
        throw in.refuse("no pattern is given");
    }
  }

  static io.inmesh.proto.envoy.type.matcher.v3.StringMatcher string(StringMatcher matcher) {
    var message = io.inmesh.proto.envoy.type.matcher.v3.StringMatcher.newBuilder();
    if (matcher instanceof StringMatcher.Exact exact) {
      message.setExact(exact.value()).setIgnoreCase(exact.ignoreCase());
    } else if (matcher instanceof StringMatcher.Prefix prefix) {
      message.setPrefix(prefix.value()).setIgnoreCase(prefix.ignoreCase());
    } else if (matcher instanceof StringMatcher.Suffix suffix) {
      message.setSuffix(suffix.value()).setIgnoreCase(suffix.ignoreCase());
    } else if (matcher instanceof StringMatcher.Contains contains) {
      message.setContains(contains.value()).setIgnoreCase(contains.ignoreCase());
    } else {
      message.setSafeRegex(regex(((StringMatcher.Pattern) matcher).regex()));
    }
    return message.build();
  }

  static RegexMatcher regex(Regex regex) {
    return RegexMatcher.newBuilder().setRegex(regex.pattern()).build();
  }

  static RegexRewrite rewrite(Decoding in, RegexMatchAndSubstitute rewrite) {
    if (!rewrite.hasPattern()) {
      throw in.refuse("pattern", "is missing");
    }
    return new RegexRewrite(
        in.inside("pattern", rewrite.getPattern(), Decoding::regex),
        in.headerValue("substitution", rewrite.getSubstitution()));
  }

  static RegexMatchAndSubstitute rewrite(RegexRewrite rewrite) {
    return RegexMatchAndSubstitute.newBuilder()
        .setPattern(regex(rewrite.pattern()))
        .setSubstitution(rewrite.substitution())
        .build();
  }

  static HeaderMatcher header(
      Decoding in, io.inmesh.proto.envoy.config.route.v3.HeaderMatcher matcher) {
    return new HeaderMatcher(
        in.text(in.headerName("name", matcher.getName())),
        headerValue(in, matcher),
        matcher.getInvertMatch(),
        matcher.getTreatMissingHeaderAsEmpty());
  }

  private static HeaderMatcher.Value headerValue(
      Decoding in, io.inmesh.proto.envoy.config.route.v3.HeaderMatcher matcher) {
    switch (matcher.getHeaderMatchSpecifierCase()) {
      case STRING_MATCH:
        return new HeaderMatcher.Text(
            in.inside("string_match", matcher.getStringMatch(), MatcherCodec::string));
      case RANGE_MATCH:
        Int64Range range = matcher.getRangeMatch();
        return new HeaderMatcher.Range(range.getStart(), range.getEnd());
      case PRESENT_MATCH:
        return new HeaderMatcher.Present(matcher.getPresentMatch());
      case EXACT_MATCH:
        String exact = in.text(matcher.getExactMatch());
        // Envoy takes the deprecated form without a value for a test of presence.
        return exact.isEmpty()
            ? new HeaderMatcher.Present(true)
            : new HeaderMatcher.Text(new StringMatcher.Exact(exact, false));
      case PREFIX_MATCH:
        return new HeaderMatcher.Text(
            new StringMatcher.Prefix(in.required("prefix_match", matcher.getPrefixMatch()), false));
      case SUFFIX_MATCH:
        return new HeaderMatcher.Text(
            new StringMatcher.Suffix(in.required("suffix_match", matcher.getSuffixMatch()), false));
      case CONTAINS_MATCH:
        return new HeaderMatcher.Text(
            new StringMatcher.Contains(
                in.required("contains_match", matcher.getContainsMatch()), false));
      case SAFE_REGEX_MATCH:
        return new HeaderMatcher.Text(
            new StringMatcher.Pattern(
                in.inside("safe_regex_match", matcher.getSafeRegexMatch(), Decoding::regex)));
      default:
        return new HeaderMatcher.Present(true);
    }
  }

  static io.inmesh.proto.envoy.config.route.v3.HeaderMatcher header(HeaderMatcher matcher) {
    var message =
        io.inmesh.proto.envoy.config.route.v3.HeaderMatcher.newBuilder()
            .setName(matcher.name())
            .setInvertMatch(matcher.invert())
            .setTreatMissingHeaderAsEmpty(matcher.treatMissingAsEmpty());
    if (matcher.value() instanceof HeaderMatcher.Text text) {
      message.setStringMatch(string(text.matcher()));
    } else if (matcher.value() instanceof HeaderMatcher.Range range) {
      message.setRangeMatch(
          Int64Range.newBuilder().setStart(range.start()).setEnd(range.end()).build());
    } else {
      message.setPresentMatch(((HeaderMatcher.Present) matcher.value()).present());
    }
    return message.build();
  }

  static QueryParameterMatcher query(
      Decoding in, io.inmesh.proto.envoy.config.route.v3.QueryParameterMatcher matcher) {
    String name = in.required("name", matcher.getName());
    if (matcher.getNameBytes().size() > 1024) {
      throw in.refuse("name", "must have at most 1024 bytes");
    }
    switch (matcher.getQueryParameterMatchSpecifierCase()) {
      case STRING_MATCH:
        return new QueryParameterMatcher(
            name,
            Optional.of(in.inside("string_match", matcher.getStringMatch(), MatcherCodec::string)),
            true);
      case PRESENT_MATCH:
        return new QueryParameterMatcher(name, Optional.empty(), matcher.getPresentMatch());
      default:
        return new QueryParameterMatcher(name, Optional.empty(), true);
    }
  }

  static io.inmesh.proto.envoy.config.route.v3.QueryParameterMatcher query(
      QueryParameterMatcher matcher) {
    var message =
        io.inmesh.proto.envoy.config.route.v3.QueryParameterMatcher.newBuilder()
            .setName(matcher.name());
    matcher
        .value()
        .ifPresentOrElse(
            value -> message.setStringMatch(string(value)),
            () -> message.setPresentMatch(matcher.present()));
    return message.build();
  }

  static CookieMatcher cookie(
      Decoding in, io.inmesh.proto.envoy.config.route.v3.CookieMatcher matcher) {
    if (!matcher.hasStringMatch()) {
      throw in.refuse("string_match", "is missing");
    }
    return new CookieMatcher(
        in.required("name", matcher.getName()),
        in.inside("string_match", matcher.getStringMatch(), MatcherCodec::string),
        matcher.getInvertMatch());
  }

  static io.inmesh.proto.envoy.config.route.v3.CookieMatcher cookie(CookieMatcher matcher) {
    return io.inmesh.proto.envoy.config.route.v3.CookieMatcher.newBuilder()
        .setName(matcher.name())
        .setStringMatch(string(matcher.value()))
        .setInvertMatch(matcher.invert())
        .build();
  }

  static MetadataMatcher metadata(
      Decoding in, io.inmesh.proto.envoy.type.matcher.v3.MetadataMatcher matcher) {
    if (matcher.getPathCount() == 0) {
      throw in.refuse("path", "must not be empty");
    }
    if (!matcher.hasValue()) {
      throw in.refuse("value", "is missing");
    }
    return new MetadataMatcher(
        in.required("filter", matcher.getFilter()),
        in.each("path", matcher.getPathList(), (at, step) -> at.required("key", step.getKey())),
        in.inside("value", matcher.getValue(), MatcherCodec::value),
        matcher.getInvert());
  }

  static io.inmesh.proto.envoy.type.matcher.v3.MetadataMatcher metadata(MetadataMatcher matcher) {
    var message =
        io.inmesh.proto.envoy.type.matcher.v3.MetadataMatcher.newBuilder()
            .setFilter(matcher.namespace())
            .setValue(value(matcher.value()))
            .setInvert(matcher.invert());
    matcher.path().forEach(key -> message.addPathBuilder().setKey(key));
    return message.build();
  }

  static ValueMatcher value(
      Decoding in, io.inmesh.proto.envoy.type.matcher.v3.ValueMatcher matcher) {
    switch (matcher.getMatchPatternCase()) {
      case NULL_MATCH:
        return new ValueMatcher.IsNull();
      case DOUBLE_MATCH:
        return in.inside("double_match", matcher.getDoubleMatch(), MatcherCodec::number);
      case STRING_MATCH:
        return new ValueMatcher.Text(
            in.inside("string_match", matcher.getStringMatch(), MatcherCodec::string));
      case BOOL_MATCH:
        return new ValueMatcher.Bool(matcher.getBoolMatch());
      case PRESENT_MATCH:
        return new ValueMatcher.Present(matcher.getPresentMatch());
      case LIST_MATCH:
        if (!matcher.getListMatch().hasOneOf()) {
          throw in.refuse("list_match.one_of", "is missing");
        }
        return new ValueMatcher.OneOf(
            in.inside("list_match.one_of", matcher.getListMatch().getOneOf(), MatcherCodec::value));
      case OR_MATCH:
        if (matcher.getOrMatch().getValueMatchersCount() < 2) {
          throw in.refuse("or_match.value_matchers", "must have at least 2 members");
        }
        return new ValueMatcher.AnyOf(
            in.each(
                "or_match.value_matchers",
                matcher.getOrMatch().getValueMatchersList(),
                MatcherCodec::value));
      default:
        throw in.refuse("no pattern is given");
    }
  }

  private static ValueMatcher number(Decoding in, DoubleMatcher matcher) {
    switch (matcher.getMatchPatternCase()) {
      case RANGE:
        return new ValueMatcher.InRange(matcher.getRange().getStart(), matcher.getRange().getEnd());
      case EXACT:
        return new ValueMatcher.Equal(matcher.getExact());
      default:
        throw in.refuse("no pattern is given");
    }
  }

  static io.inmesh.proto.envoy.type.matcher.v3.ValueMatcher value(ValueMatcher matcher) {
    var message = io.inmesh.proto.envoy.type.matcher.v3.ValueMatcher.newBuilder();
    if (matcher instanceof ValueMatcher.IsNull) {
      message.setNullMatch(
          io.inmesh.proto.envoy.type.matcher.v3.ValueMatcher.NullMatch.getDefaultInstance());
    } else if (matcher instanceof ValueMatcher.InRange range) {
      var bounds = DoubleRange.newBuilder().setStart(range.start()).setEnd(range.end());
      message.setDoubleMatch(DoubleMatcher.newBuilder().setRange(bounds));
    } else if (matcher instanceof ValueMatcher.Equal equal) {
      message.setDoubleMatch(DoubleMatcher.newBuilder().setExact(equal.value()));
    } else if (matcher instanceof ValueMatcher.Text text) {
      message.setStringMatch(string(text.matcher()));
    } else if (matcher instanceof ValueMatcher.Bool bool) {
      message.setBoolMatch(bool.value());
    } else if (matcher instanceof ValueMatcher.Present present) {
      message.setPresentMatch(present.present());
    } else if (matcher instanceof ValueMatcher.OneOf oneOf) {
      message.setListMatch(ListMatcher.newBuilder().setOneOf(value(oneOf.member())));
    } else {
      var members = OrMatcher.newBuilder();
      ((ValueMatcher.AnyOf) matcher)
          .matchers()
          .forEach(member -> members.addValueMatchers(value(member)));
      message.setOrMatch(members);
    }
    return message.build();
  }

  /** In lower case, as domains and header names are compared. */
  static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
