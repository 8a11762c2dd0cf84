package io.inmesh.xds.codec;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.inmesh.config.Rbac;
import io.inmesh.config.Rbac.Engine;
import io.inmesh.config.Rbac.Rules;
import io.inmesh.config.Rbac.Verdict;
import io.inmesh.proto.envoy.config.rbac.v3.Action;
import io.inmesh.proto.envoy.config.rbac.v3.Policy;
import io.inmesh.proto.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.inmesh.proto.envoy.extensions.filters.http.rbac.v3.RBACPerRoute;
import io.inmesh.proto.xds.type.matcher.v3.Matcher;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The RBAC filter. What it cannot judge is refused, never passed over. */
final class RbacCodec implements ExtensionCodec<Rbac> {
  private static final String ACTION = "envoy.config.rbac.v3.Action";

  private static final MatchTreeCodec<Rbac.Decision> TREES =
      new MatchTreeCodec<>(RbacCodec::decision, MatchTreeCodec.ofFilters());

  @Override
  public String type() {
    return Rbac.TYPE;
  }

  @Override
  public Class<Rbac> settings() {
    return Rbac.class;
  }

  @Override
  public Rbac decode(Decoding in, ByteString bytes) throws InvalidProtocolBufferException {
    return rbac(in, RBAC.parseFrom(bytes));
  }

  @Override
  public void checkForRoute(Decoding in, Rbac settings) {
    throw in.refuse("routes have settings of type " + Rbac.PerRoute.TYPE);
  }

  private static Rbac rbac(Decoding in, RBAC message) {
    // Envoy takes the tree where both are there.
    return new Rbac(
        engine(
            message.hasMatcher(),
            in.inside(message.hasMatcher(), "matcher", message.getMatcher(), RbacCodec::tree),
            in.inside(message.hasRules(), "rules", message.getRules(), RbacCodec::rules)),
        engine(
            message.hasShadowMatcher(),
            in.inside(
                message.hasShadowMatcher(),
                "shadow_matcher",
                message.getShadowMatcher(),
                RbacCodec::tree),
            in.inside(
                message.hasShadowRules(),
                "shadow_rules",
                message.getShadowRules(),
                RbacCodec::rules)),
        in.text(message.getShadowRulesStatPrefix()));
  }

  private static Optional<Engine> engine(
      boolean byTree, Optional<Rbac.ByTree> tree, Optional<Rules> rules) {
    return byTree ? tree.map(it -> it) : rules.map(it -> it);
  }

  private static Rbac.ByTree tree(Decoding in, Matcher message) {
    return new Rbac.ByTree(TREES.tree(in, message));
  }

  private static Rbac.Decision decision(Decoding in, Any any) {
    if (!Decoding.typeOf(any).equals(ACTION)) {
      throw in.refuse("unknown action " + Decoding.typeOf(any));
    }
    Action message = in.parse(any.getValue(), Action.parser());
    return new Rbac.Decision(
        in.required("name", message.getName()),
        Verdict.valueOf(in.known("action", message.getAction()).name()));
  }

  private static Rules rules(Decoding in, io.inmesh.proto.envoy.config.rbac.v3.RBAC message) {
    Verdict verdict = Verdict.valueOf(in.known("action", message.getAction()).name());
    Map<String, Rbac.Policy> policies = new HashMap<>();
    message
        .getPoliciesMap()
        .forEach(
            (name, policy) ->
                policies.put(
                    in.text(name),
                    in.inside("policies[\"" + name + "\"]", policy, RbacCodec::policy)));
    return new Rules(verdict, policies);
  }

  private static Rbac.Policy policy(Decoding in, Policy message) {
    if (message.getPermissionsCount() == 0 || message.getPrincipalsCount() == 0) {
      throw in.refuse(
          message.getPermissionsCount() == 0 ? "permissions" : "principals", "must not be empty");
    }
    return new Rbac.Policy(
        in.each("permissions", message.getPermissionsList(), PermissionCodec::permission),
        in.each("principals", message.getPrincipalsList(), PrincipalCodec::principal),
        CelCodec.condition(in, message));
  }

  @Override
  public Message encode(Rbac settings) {
    return message(settings);
  }

  private static RBAC message(Rbac settings) {
    var message = RBAC.newBuilder().setShadowRulesStatPrefix(settings.shadowPrefix());
    settings
        .rules()
        .ifPresent(
            engine -> {
              if (engine instanceof Rules rules) {
                message.setRules(message(rules));
              } else {
                message.setMatcher(message((Rbac.ByTree) engine));
              }
            });
    settings
        .shadowRules()
        .ifPresent(
            engine -> {
              if (engine instanceof Rules rules) {
                message.setShadowRules(message(rules));
              } else {
                message.setShadowMatcher(message((Rbac.ByTree) engine));
              }
            });
    return message.build();
  }

  private static Matcher message(Rbac.ByTree engine) {
    return MatchTreeCodec.message(
        engine.tree(),
        decision ->
            MatchTreeCodec.extension(
                ACTION,
                Action.newBuilder()
                    .setName(decision.name())
                    .setAction(
                        io.inmesh.proto.envoy.config.rbac.v3.RBAC.Action.valueOf(
                            decision.verdict().name()))
                    .build()));
  }

  private static io.inmesh.proto.envoy.config.rbac.v3.RBAC message(Rules rules) {
    var message =
        io.inmesh
            .proto
            .envoy
            .config
            .rbac
            .v3
            .RBAC
            .newBuilder()
            .setAction(
                io.inmesh.proto.envoy.config.rbac.v3.RBAC.Action.valueOf(rules.verdict().name()));
    new TreeMap<>(rules.policies())
        .forEach(
            (name, policy) -> {
              var to = Policy.newBuilder();
              policy.permissions().forEach(p -> to.addPermissions(PermissionCodec.message(p)));
              policy.principals().forEach(p -> to.addPrincipals(PrincipalCodec.message(p)));
              policy.condition().ifPresent(condition -> CelCodec.condition(condition, to));
              message.putPolicies(name, to.build());
            });
    return message.build();
  }

  /** What routes say about it. */
  static final class PerRoute implements ExtensionCodec<Rbac.PerRoute> {
    @Override
    public String type() {
      return Rbac.PerRoute.TYPE;
    }

    @Override
    public Class<Rbac.PerRoute> settings() {
      return Rbac.PerRoute.class;
    }

    @Override
    public Rbac.PerRoute decode(Decoding in, ByteString bytes)
        throws InvalidProtocolBufferException {
      RBACPerRoute message = RBACPerRoute.parseFrom(bytes);
      Optional<Rbac> rbac =
          in.inside(message.hasRbac(), "rbac", message.getRbac(), RbacCodec::rbac);
      return new Rbac.PerRoute(rbac);
    }

    @Override
    public Message encode(Rbac.PerRoute settings) {
      var message = RBACPerRoute.newBuilder();
      settings.rbac().ifPresent(rbac -> message.setRbac(RbacCodec.message(rbac)));
      return message.build();
    }
  }
}
