package io.inmesh.xds.codec;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.protobuf.UInt32Value;
import io.inmesh.config.Cidr;
import io.inmesh.config.InputMatcher;
import io.inmesh.config.MatchInput;
import io.inmesh.config.MatchTree;
import io.inmesh.config.MatchTree.Branches;
import io.inmesh.config.MatchTree.Outcome;
import io.inmesh.proto.xds.core.v3.CidrRange;
import io.inmesh.proto.xds.core.v3.TypedExtensionConfig;
import io.inmesh.proto.xds.type.matcher.v3.IPMatcher;
import io.inmesh.proto.xds.type.matcher.v3.Matcher;
import io.inmesh.proto.xds.type.matcher.v3.Matcher.MatcherList.Predicate;
import io.inmesh.proto.xds.type.matcher.v3.Matcher.MatcherTree;
import io.inmesh.proto.xds.type.matcher.v3.Matcher.OnMatch;
import io.inmesh.proto.xds.type.matcher.v3.ServerNameMatcher;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Matcher trees.
 *
 * @param actions decodes a decision
 * @param allowed the inputs that there are where the tree stands
 */
record MatchTreeCodec<A>(BiFunction<Decoding, Any, A> actions, Set<Class<?>> allowed) {
  private static final String IP = "xds.type.matcher.v3.IPMatcher";
  private static final String DOMAIN = "xds.type.matcher.v3.ServerNameMatcher";

  MatchTree<A> tree(Decoding in, Matcher message) {
    return new MatchTree<>(
        branches(in, message),
        in.inside(message.hasOnNoMatch(), "on_no_match", message.getOnNoMatch(), this::outcome));
  }

  private Branches<A> branches(Decoding in, Matcher message) {
    switch (message.getMatcherTypeCase()) {
      case MATCHER_LIST:
        if (message.getMatcherList().getMatchersCount() == 0) {
          throw in.refuse("matcher_list.matchers", "must not be empty");
        }
        return new MatchTree.InOrder<>(
            in.each(
                "matcher_list.matchers", message.getMatcherList().getMatchersList(), this::branch));
      case MATCHER_TREE:
        return in.inside("matcher_tree", message.getMatcherTree(), this::map);
      default:
        return new MatchTree.InOrder<>(List.of());
    }
  }

  private MatchTree.Branch<A> branch(Decoding in, Matcher.MatcherList.FieldMatcher message) {
    if (!message.hasPredicate() || !message.hasOnMatch()) {
      throw in.refuse(message.hasPredicate() ? "on_match" : "predicate", "is missing");
    }
    return new MatchTree.Branch<>(
        in.inside("predicate", message.getPredicate(), this::predicate),
        in.inside("on_match", message.getOnMatch(), this::outcome));
  }

  private Outcome<A> outcome(Decoding in, OnMatch message) {
    if (message.getKeepMatching()) {
      throw in.refuse("keep_matching", "is not supported in this context");
    }
    switch (message.getOnMatchCase()) {
      case MATCHER:
        return new MatchTree.Further<>(in.inside("matcher", message.getMatcher(), this::tree));
      case ACTION:
        return new MatchTree.Decision<>(
            in.inside("action.typed_config", message.getAction().getTypedConfig(), actions));
      default:
        throw in.refuse("neither a matcher nor an action is given");
    }
  }

  private Branches<A> map(Decoding in, MatcherTree message) {
    if (!message.hasInput()) {
      throw in.refuse("input", "is missing");
    }
    MatchInput input = in.inside("input", message.getInput(), this::input);
    switch (message.getTreeTypeCase()) {
      case EXACT_MATCH_MAP:
        return new MatchTree.ByValue<>(
            input, outcomes(in, "exact_match_map.map", message.getExactMatchMap().getMapMap()));
      case PREFIX_MATCH_MAP:
        return new MatchTree.ByPrefix<>(
            input, outcomes(in, "prefix_match_map.map", message.getPrefixMatchMap().getMapMap()));
      case CUSTOM_MATCH:
        return in.inside(
            "custom_match", message.getCustomMatch(), (at, custom) -> custom(at, input, custom));
      default:
        throw in.refuse("no tree is given");
    }
  }

  private Map<String, Outcome<A>> outcomes(
      Decoding in, String field, Map<String, OnMatch> messages) {
    if (messages.isEmpty()) {
      throw in.refuse(field, "must not be empty");
    }
    var outcomes = new HashMap<String, Outcome<A>>();
    // In the order in which they are written.
    new TreeMap<>(messages)
        .forEach(
            (key, outcome) ->
                outcomes.put(
                    in.text(key), in.inside(field + "[\"" + key + "\"]", outcome, this::outcome)));
    return outcomes;
  }

  private Branches<A> custom(Decoding in, MatchInput input, TypedExtensionConfig message) {
    Any any = message.getTypedConfig();
    switch (Decoding.typeOf(any)) {
      case IP:
        return new MatchTree.ByAddress<>(
            input,
            in.each(
                "range_matchers",
                in.parse(any.getValue(), IPMatcher.parser()).getRangeMatchersList(),
                this::network));
      case DOMAIN:
        return byDomain(in, input, in.parse(any.getValue(), ServerNameMatcher.parser()));
      default:
        throw in.refuse("unknown matcher tree " + Decoding.typeOf(any));
    }
  }

  private MatchTree.Network<A> network(Decoding in, IPMatcher.IPRangeMatcher message) {
    if (message.getRangesCount() == 0) {
      throw in.refuse("ranges", "must not be empty");
    }
    return new MatchTree.Network<>(
        in.each("ranges", message.getRangesList(), MatchTreeCodec::cidr),
        in.inside("on_match", message.getOnMatch(), this::outcome),
        message.getExclusive());
  }

  static Cidr cidr(Decoding in, CidrRange message) {
    var same =
        io.inmesh.proto.envoy.config.core.v3.CidrRange.newBuilder()
            .setAddressPrefix(message.getAddressPrefix())
            .setPrefixLen(message.getPrefixLen());
    return HttpConnectionCodec.cidr(in, same.build());
  }

  static CidrRange cidr(Cidr cidr) {
    return CidrRange.newBuilder()
        .setAddressPrefix(cidr.address())
        .setPrefixLen(UInt32Value.of(cidr.length()))
        .build();
  }

  private Branches<A> byDomain(Decoding in, MatchInput input, ServerNameMatcher message) {
    var byDomain = new HashMap<String, Outcome<A>>();
    for (int i = 0; i < message.getDomainMatchersCount(); i++) {
      in.enter("domain_matchers", i);
      var matcher = message.getDomainMatchers(i);
      if (matcher.getDomainsCount() == 0) {
        throw in.refuse("domains", "must not be empty");
      }
      Outcome<A> outcome = in.inside("on_match", matcher.getOnMatch(), this::outcome);
      for (String domain : new HashSet<>(matcher.getDomainsList())) {
        if (domain.isEmpty() || domain.lastIndexOf('*') > 0 || wildcardIsWrong(domain)) {
          throw in.refuse("domains", "'" + domain + "' is no domain");
        }
        if (byDomain.put(in.text(domain), outcome) != null) {
          throw in.refuse("domains", "'" + domain + "' is given twice");
        }
      }
      in.leave();
    }
    return new MatchTree.ByDomain<>(input, byDomain);
  }

  private static boolean wildcardIsWrong(String domain) {
    return domain.startsWith("*")
        && !domain.equals("*")
        && (!domain.startsWith("*.") || domain.length() == 2);
  }

  private MatchTree.Predicate predicate(Decoding in, Predicate message) {
    switch (message.getMatchTypeCase()) {
      case SINGLE_PREDICATE:
        return in.inside("single_predicate", message.getSinglePredicate(), this::holds);
      case OR_MATCHER:
        return new MatchTree.AnyOf(several(in, "or_matcher", message.getOrMatcher()));
      case AND_MATCHER:
        return new MatchTree.AllOf(several(in, "and_matcher", message.getAndMatcher()));
      case NOT_MATCHER:
        return new MatchTree.Not(
            in.inside("not_matcher", message.getNotMatcher(), this::predicate));
      default:
        throw in.refuse("no predicate is given");
    }
  }

  private List<MatchTree.Predicate> several(
      Decoding in, String field, Predicate.PredicateList message) {
    if (message.getPredicateCount() < 2) {
      throw in.refuse(field + ".predicate", "must have at least 2 members");
    }
    return in.each(field + ".predicate", message.getPredicateList(), this::predicate);
  }

  private MatchTree.Predicate holds(Decoding in, Predicate.SinglePredicate message) {
    if (!message.hasInput()) {
      throw in.refuse("input", "is missing");
    }
    MatchInput input = in.inside("input", message.getInput(), this::input);
    InputMatcher matcher;
    switch (message.getMatcherCase()) {
      case VALUE_MATCH:
        matcher =
            new InputMatcher.Text(
                in.inside("value_match", message.getValueMatch(), InputCodec::text));
        break;
      case CUSTOM_MATCH:
        matcher =
            in.inside(
                "custom_match.typed_config",
                message.getCustomMatch().getTypedConfig(),
                InputCodec::matcher);
        break;
      default:
        throw in.refuse("no matcher is given");
    }
    if (input instanceof MatchInput.Attributes != matcher instanceof InputMatcher.Condition) {
      throw in.refuse("the matcher does not take what the input gives");
    }
    return new MatchTree.Holds(input, matcher);
  }

  private MatchInput input(Decoding in, TypedExtensionConfig message) {
    MatchInput input = in.inside("typed_config", message.getTypedConfig(), InputCodec::input);
    if (!allowed.contains(input.getClass())) {
      throw in.refuse("typed_config", "cannot be asked for here");
    }
    return input;
  }

  static <A> Matcher message(MatchTree<A> tree, Function<A, TypedExtensionConfig> actions) {
    var message = Matcher.newBuilder();
    Function<Outcome<A>, OnMatch> outcome = to -> message(to, actions);
    Branches<A> branches = tree.branches();
    if (branches instanceof MatchTree.InOrder<A> list) {
      for (MatchTree.Branch<A> branch : list.branches()) {
        message
            .getMatcherListBuilder()
            .addMatchersBuilder()
            .setPredicate(message(branch.predicate()))
            .setOnMatch(outcome.apply(branch.outcome()));
      }
    } else {
      message.setMatcherTree(map(branches, outcome));
    }
    tree.otherwise().ifPresent(to -> message.setOnNoMatch(outcome.apply(to)));
    return message.build();
  }

  private static <A> OnMatch message(
      Outcome<A> outcome, Function<A, TypedExtensionConfig> actions) {
    var message = OnMatch.newBuilder();
    if (outcome instanceof MatchTree.Decision<A> decision) {
      message.setAction(actions.apply(decision.action()));
    } else {
      message.setMatcher(message(((MatchTree.Further<A>) outcome).tree(), actions));
    }
    return message.build();
  }

  private static <A> MatcherTree map(Branches<A> branches, Function<Outcome<A>, OnMatch> outcome) {
    var message = MatcherTree.newBuilder();
    if (branches instanceof MatchTree.ByValue<A> map) {
      message.setInput(InputCodec.message(map.input()));
      sorted(map.byValue())
          .forEach((key, to) -> message.getExactMatchMapBuilder().putMap(key, outcome.apply(to)));
    } else if (branches instanceof MatchTree.ByPrefix<A> map) {
      message.setInput(InputCodec.message(map.input()));
      sorted(map.byPrefix())
          .forEach((key, to) -> message.getPrefixMatchMapBuilder().putMap(key, outcome.apply(to)));
    } else if (branches instanceof MatchTree.ByAddress<A> map) {
      var to = IPMatcher.newBuilder();
      for (MatchTree.Network<A> network : map.networks()) {
        var range = to.addRangeMatchersBuilder().setExclusive(network.exclusive());
        network.ranges().forEach(cidr -> range.addRanges(cidr(cidr)));
        range.setOnMatch(outcome.apply(network.outcome()));
      }
      message.setInput(InputCodec.message(map.input())).setCustomMatch(extension(IP, to.build()));
    } else {
      var map = (MatchTree.ByDomain<A>) branches;
      var to = ServerNameMatcher.newBuilder();
      sorted(map.byDomain())
          .forEach(
              (key, next) ->
                  to.addDomainMatchersBuilder().addDomains(key).setOnMatch(outcome.apply(next)));
      message
          .setInput(InputCodec.message(map.input()))
          .setCustomMatch(extension(DOMAIN, to.build()));
    }
    return message.build();
  }

  private static <A> Map<String, Outcome<A>> sorted(Map<String, Outcome<A>> outcomes) {
    return new TreeMap<>(outcomes);
  }

  /** Settings of an extension under the last part of their type as name. */
  static TypedExtensionConfig extension(String type, Message message) {
    return TypedExtensionConfig.newBuilder()
        .setName(type.substring(type.lastIndexOf('.') + 1))
        .setTypedConfig(Anys.of(type, message))
        .build();
  }

  private static Predicate message(MatchTree.Predicate predicate) {
    var message = Predicate.newBuilder();
    if (predicate instanceof MatchTree.AnyOf any) {
      any.predicates().forEach(each -> message.getOrMatcherBuilder().addPredicate(message(each)));
    } else if (predicate instanceof MatchTree.AllOf all) {
      all.predicates().forEach(each -> message.getAndMatcherBuilder().addPredicate(message(each)));
    } else if (predicate instanceof MatchTree.Not not) {
      message.setNotMatcher(message(not.predicate()));
    } else {
      var holds = (MatchTree.Holds) predicate;
      var single = message.getSinglePredicateBuilder();
      single.setInput(InputCodec.message(holds.input()));
      InputCodec.message(holds.matcher(), single);
    }
    return message.build();
  }

  /** All facts that there are. */
  static Set<Class<?>> ofFilters() {
    return Set.of(
        MatchInput.Header.class,
        MatchInput.FilterState.class,
        MatchInput.DynamicMetadata.class,
        MatchInput.OfConnection.class,
        MatchInput.Environment.class,
        MatchInput.Attributes.class);
  }

  /** What there is before a request is routed. */
  static Set<Class<?>> ofRoutes() {
    return Set.of(
        MatchInput.Header.class, MatchInput.FilterState.class, MatchInput.Environment.class);
  }
}
