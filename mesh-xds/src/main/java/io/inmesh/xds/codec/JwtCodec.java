package io.inmesh.xds.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.inmesh.config.JwtAuthentication;
import io.inmesh.config.JwtAuthentication.Requirement;
import io.inmesh.config.JwtAuthentication.Rule;
import io.inmesh.proto.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement;
import io.inmesh.proto.envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig;
import io.inmesh.proto.envoy.extensions.filters.http.jwt_authn.v3.RequirementRule;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The JWT filter. */
final class JwtCodec implements ExtensionCodec<JwtAuthentication> {
  @Override
  public String type() {
    return JwtAuthentication.TYPE;
  }

  @Override
  public Class<JwtAuthentication> settings() {
    return JwtAuthentication.class;
  }

  @Override
  public JwtAuthentication decode(Decoding in, ByteString bytes)
      throws InvalidProtocolBufferException {
    var message =
        io.inmesh.proto.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication.parseFrom(
            bytes);
    if (message.hasFilterStateRules()) {
      throw in.refuse("filter_state_rules", "is not supported");
    }
    Map<String, JwtAuthentication.Provider> providers = new HashMap<>();
    message
        .getProvidersMap()
        .forEach(
            (name, provider) ->
                providers.put(
                    in.text(name),
                    in.inside(
                        "providers[\"" + name + "\"]", provider, JwtProviderCodec::provider)));
    Map<String, Requirement> requirements = new HashMap<>();
    message
        .getRequirementMapMap()
        .forEach(
            (name, requirement) ->
                requirements.put(
                    in.text(name),
                    in.inside(
                        "requirement_map[\"" + name + "\"]", requirement, JwtCodec::requirement)));
    List<Rule> rules = in.each("rules", message.getRulesList(), JwtCodec::rule);
    var settings =
        new JwtAuthentication(
            providers,
            rules,
            requirements,
            message.getBypassCorsPreflight(),
            message.getStripFailureResponse());
    checkNames(in, settings);
    return settings;
  }

  private static void checkNames(Decoding in, JwtAuthentication settings) {
    for (Rule rule : settings.rules()) {
      rule.requirement().ifPresent(needed -> checkNames(in, settings, needed));
    }
    settings.requirements().values().forEach(needed -> checkNames(in, settings, needed));
  }

  private static void checkNames(Decoding in, JwtAuthentication settings, Requirement requirement) {
    if (requirement instanceof JwtAuthentication.ByProvider by) {
      checkName(in, settings.providers().keySet(), by.provider(), "provider");
    } else if (requirement instanceof JwtAuthentication.Named named) {
      checkName(in, settings.requirements().keySet(), named.name(), "requirement");
    } else if (requirement instanceof JwtAuthentication.AnyRequirement any) {
      any.requirements().forEach(each -> checkNames(in, settings, each));
    } else if (requirement instanceof JwtAuthentication.AllRequirements all) {
      all.requirements().forEach(each -> checkNames(in, settings, each));
    }
  }

  private static void checkName(Decoding in, Set<String> known, String name, String what) {
    if (!known.contains(name)) {
      throw in.refuse("unknown " + what + " '" + name + "'");
    }
  }

  @Override
  public void checkForRoute(Decoding in, JwtAuthentication settings) {
    throw in.refuse("routes have settings of type " + JwtAuthentication.PerRoute.TYPE);
  }

  private static Rule rule(Decoding in, RequirementRule message) {
    if (!message.hasMatch()) {
      throw in.refuse("match", "is missing");
    }
    var match = in.inside("match", message.getMatch(), RouteMatchCodec::match);
    switch (message.getRequirementTypeCase()) {
      case REQUIRES:
        if (message.getRequires().getRequiresTypeCase()
            == JwtRequirement.RequiresTypeCase.REQUIRESTYPE_NOT_SET) {
          return new Rule(match, Optional.empty());
        }
        return new Rule(
            match,
            Optional.of(in.inside("requires", message.getRequires(), JwtCodec::requirement)));
      case REQUIREMENT_NAME:
        String name = in.required("requirement_name", message.getRequirementName());
        return new Rule(match, Optional.of(new JwtAuthentication.Named(name)));
      default:
        return new Rule(match, Optional.empty());
    }
  }

  private static Requirement requirement(Decoding in, JwtRequirement message) {
    switch (message.getRequiresTypeCase()) {
      case PROVIDER_NAME:
        return new JwtAuthentication.ByProvider(in.text(message.getProviderName()), List.of());
      case PROVIDER_AND_AUDIENCES:
        var provider = message.getProviderAndAudiences();
        return new JwtAuthentication.ByProvider(
            in.text(provider.getProviderName()),
            FilterChainCodec.texts(in, provider.getAudiencesList()));
      case REQUIRES_ANY:
        return new JwtAuthentication.AnyRequirement(
            several(in, "requires_any", message.getRequiresAny().getRequirementsList()));
      case REQUIRES_ALL:
        return new JwtAuthentication.AllRequirements(
            several(in, "requires_all", message.getRequiresAll().getRequirementsList()));
      case ALLOW_MISSING:
        return new JwtAuthentication.AllowMissing();
      case ALLOW_MISSING_OR_FAILED:
        return new JwtAuthentication.AllowMissingOrFailed();
      default:
        throw in.refuse("this kind of requirement is not supported");
    }
  }

  private static List<Requirement> several(
      Decoding in, String field, List<JwtRequirement> messages) {
    if (messages.size() < 2) {
      throw in.refuse(field, "must have at least 2 requirements");
    }
    return in.each(field + ".requirements", messages, JwtCodec::requirement);
  }

  @Override
  public Message encode(JwtAuthentication settings) {
    var message =
        io.inmesh.proto.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication.newBuilder()
            .setBypassCorsPreflight(settings.bypassPreflight())
            .setStripFailureResponse(settings.stripFailure());
    new TreeMap<>(settings.providers())
        .forEach(
            (name, provider) -> message.putProviders(name, JwtProviderCodec.message(provider)));
    new TreeMap<>(settings.requirements())
        .forEach((name, requirement) -> message.putRequirementMap(name, message(requirement)));
    for (Rule rule : settings.rules()) {
      var to = message.addRulesBuilder().setMatch(RouteMatchCodec.match(rule.match()));
      rule.requirement().ifPresent(requirement -> require(requirement, to));
    }
    return message.build();
  }

  private static void require(Requirement requirement, RequirementRule.Builder message) {
    if (requirement instanceof JwtAuthentication.Named named) {
      message.setRequirementName(named.name());
    } else {
      message.setRequires(message(requirement));
    }
  }

  private static JwtRequirement message(Requirement requirement) {
    var message = JwtRequirement.newBuilder();
    if (requirement instanceof JwtAuthentication.ByProvider by && by.audiences().isEmpty()) {
      message.setProviderName(by.provider());
    } else if (requirement instanceof JwtAuthentication.ByProvider by) {
      message
          .getProviderAndAudiencesBuilder()
          .setProviderName(by.provider())
          .addAllAudiences(by.audiences());
    } else if (requirement instanceof JwtAuthentication.AnyRequirement any) {
      any.requirements()
          .forEach(each -> message.getRequiresAnyBuilder().addRequirements(message(each)));
    } else if (requirement instanceof JwtAuthentication.AllRequirements all) {
      all.requirements()
          .forEach(each -> message.getRequiresAllBuilder().addRequirements(message(each)));
    } else if (requirement instanceof JwtAuthentication.AllowMissing) {
      message.getAllowMissingBuilder();
    } else if (requirement instanceof JwtAuthentication.AllowMissingOrFailed) {
      message.getAllowMissingOrFailedBuilder();
    } else {
      throw new IllegalArgumentException("a name stands for a whole requirement only");
    }
    return message.build();
  }

  /** What routes say about it. */
  static final class PerRoute implements ExtensionCodec<JwtAuthentication.PerRoute> {
    @Override
    public String type() {
      return JwtAuthentication.PerRoute.TYPE;
    }

    @Override
    public Class<JwtAuthentication.PerRoute> settings() {
      return JwtAuthentication.PerRoute.class;
    }

    @Override
    public JwtAuthentication.PerRoute decode(Decoding in, ByteString bytes)
        throws InvalidProtocolBufferException {
      PerRouteConfig message = PerRouteConfig.parseFrom(bytes);
      return new JwtAuthentication.PerRoute(
          message.getDisabled()
              ? Optional.empty()
              : Optional.of(in.required("requirement_name", message.getRequirementName())));
    }

    @Override
    public Message encode(JwtAuthentication.PerRoute settings) {
      var message = PerRouteConfig.newBuilder();
      settings
          .requirement()
          .ifPresentOrElse(message::setRequirementName, () -> message.setDisabled(true));
      return message.build();
    }
  }
}
