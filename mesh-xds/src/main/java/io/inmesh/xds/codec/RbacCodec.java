package io.inmesh.xds.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.inmesh.config.Rbac;
import io.inmesh.config.Rbac.Rules;
import io.inmesh.config.Rbac.Verdict;
import io.inmesh.proto.envoy.config.rbac.v3.Policy;
import io.inmesh.proto.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.inmesh.proto.envoy.extensions.filters.http.rbac.v3.RBACPerRoute;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The RBAC filter. What it cannot judge is refused, never passed over. */
final class RbacCodec implements ExtensionCodec<Rbac> {
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
    if (message.hasMatcher()) {
      throw in.refuse("matcher", "is not supported");
    }
    if (message.hasShadowMatcher()) {
      in.ignored("shadow_matcher", "is not supported");
    }
    return new Rbac(
        in.inside(message.hasRules(), "rules", message.getRules(), RbacCodec::rules),
        in.inside(
            message.hasShadowRules(), "shadow_rules", message.getShadowRules(), RbacCodec::rules),
        in.text(message.getShadowRulesStatPrefix()));
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
    if (message.hasCondition() || message.hasCheckedCondition()) {
      throw in.refuse("condition", "is not supported");
    }
    if (message.getPermissionsCount() == 0 || message.getPrincipalsCount() == 0) {
      throw in.refuse(
          message.getPermissionsCount() == 0 ? "permissions" : "principals", "must not be empty");
    }
    return new Rbac.Policy(
        in.each("permissions", message.getPermissionsList(), PermissionCodec::permission),
        in.each("principals", message.getPrincipalsList(), PrincipalCodec::principal));
  }

  @Override
  public Message encode(Rbac settings) {
    return message(settings);
  }

  private static RBAC message(Rbac settings) {
    var message = RBAC.newBuilder().setShadowRulesStatPrefix(settings.shadowPrefix());
    settings.rules().ifPresent(rules -> message.setRules(message(rules)));
    settings.shadowRules().ifPresent(rules -> message.setShadowRules(message(rules)));
    return message.build();
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
