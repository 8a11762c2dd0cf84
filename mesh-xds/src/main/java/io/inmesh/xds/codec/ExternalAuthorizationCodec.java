package io.inmesh.xds.codec;

import com.google.protobuf.BoolValue;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.inmesh.config.ExternalAuthorization;
import io.inmesh.config.ExternalAuthorization.Check;
import io.inmesh.config.ExternalAuthorization.Failure;
import io.inmesh.config.ExternalAuthorization.Mutations;
import io.inmesh.config.ExternalAuthorization.OverGrpc;
import io.inmesh.config.ExternalAuthorization.OverHttp;
import io.inmesh.config.ExternalAuthorization.Service;
import io.inmesh.config.ExternalAuthorization.Switch;
import io.inmesh.config.ExternalAuthorization.View;
import io.inmesh.config.FractionalPercent;
import io.inmesh.config.HeaderMutationRules;
import io.inmesh.config.StringMatcher;
import io.inmesh.proto.envoy.config.core.v3.RuntimeFeatureFlag;
import io.inmesh.proto.envoy.extensions.filters.http.ext_authz.v3.CheckSettings;
import io.inmesh.proto.envoy.extensions.filters.http.ext_authz.v3.ExtAuthz;
import io.inmesh.proto.envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** The filter that asks an authorization service. */
final class ExternalAuthorizationCodec implements ExtensionCodec<ExternalAuthorization> {
  private static final int FORBIDDEN = 403;
  private static final int LAST_STATUS = 511;

  @Override
  public String type() {
    return ExternalAuthorization.TYPE;
  }

  @Override
  public Class<ExternalAuthorization> settings() {
    return ExternalAuthorization.class;
  }

  @Override
  public void checkForRoute(Decoding in, ExternalAuthorization settings) {
    throw in.refuse("routes have settings of type " + ExternalAuthorization.PerRoute.TYPE);
  }

  @Override
  public ExternalAuthorization decode(Decoding in, ByteString bytes)
      throws InvalidProtocolBufferException {
    ExtAuthz message = ExtAuthz.parseFrom(bytes);
    if (message.getClearRouteCacheHeadersCount() > 0) {
      throw in.refuse("clear_route_cache_headers", "is not supported");
    }
    int status = message.getStatusOnError().getCodeValue();
    return new ExternalAuthorization(
        service(in, message),
        view(in, message),
        in.inside(
            message.hasWithRequestBody(),
            "with_request_body",
            message.getWithRequestBody(),
            AuthorizationServiceCodec::body),
        new Failure(
            message.getFailureModeAllow(),
            message.getFailureModeAllowHeaderAdd(),
            status < 100 || status > LAST_STATUS ? FORBIDDEN : status),
        mutations(in, message),
        GrpcServiceCodec.share(
                in, message.hasFilterEnabled(), "filter_enabled", message.getFilterEnabled())
            .orElse(FractionalPercent.ALL),
        in.inside(
            message.hasFilterEnabledMetadata(),
            "filter_enabled_metadata",
            message.getFilterEnabledMetadata(),
            MatcherCodec::metadata),
        in.inside(
            message.hasDenyAtDisable(),
            "deny_at_disable",
            message.getDenyAtDisable(),
            ExternalAuthorizationCodec::flag),
        message.getShadowMode());
  }

  private static Service service(Decoding in, ExtAuthz message) {
    switch (message.getServicesCase()) {
      case GRPC_SERVICE:
        GrpcServiceCodec.version(in, message.getTransportApiVersion());
        return in.inside("grpc_service", message.getGrpcService(), AuthorizationServiceCodec::grpc);
      case HTTP_SERVICE:
        return in.inside("http_service", message.getHttpService(), AuthorizationServiceCodec::http);
      default:
        throw in.refuse("no service is given");
    }
  }

  private static View view(Decoding in, ExtAuthz message) {
    return new View(
        allowed(in, message),
        GrpcServiceCodec.matchers(
            in,
            message.hasDisallowedHeaders(),
            "disallowed_headers",
            message.getDisallowedHeaders()),
        message.getEncodeRawHeaders(),
        message.getIncludePeerCertificate(),
        message.getIncludeTlsSession(),
        in.text(message.getBootstrapMetadataLabelsKey()),
        FilterChainCodec.texts(in, message.getMetadataContextNamespacesList()),
        FilterChainCodec.texts(in, message.getRouteMetadataContextNamespacesList()));
  }

  private static Optional<List<StringMatcher>> allowed(Decoding in, ExtAuthz message) {
    var older = message.getHttpService().getAuthorizationRequest();
    if (older.hasAllowedHeaders()) {
      if (message.hasAllowedHeaders()) {
        throw in.refuse("allowed_headers", "is given twice");
      }
      return Optional.of(
          in.inside(
              "http_service.authorization_request.allowed_headers",
              older.getAllowedHeaders(),
              GrpcServiceCodec::matchers));
    }
    return in.inside(
        message.hasAllowedHeaders(),
        "allowed_headers",
        message.getAllowedHeaders(),
        GrpcServiceCodec::matchers);
  }

  private static Mutations mutations(Decoding in, ExtAuthz message) {
    return new Mutations(
        message.getClearRouteCache(),
        message.getValidateMutations(),
        in.inside(
            message.hasDecoderHeaderMutationRules(),
            "decoder_header_mutation_rules",
            message.getDecoderHeaderMutationRules(),
            ExternalAuthorizationCodec::rules),
        !message.hasEnableDynamicMetadataIngestion()
            || message.getEnableDynamicMetadataIngestion().getValue(),
        Decoding.clamped(message.getMaxDeniedResponseBodyBytes()));
  }

  private static HeaderMutationRules rules(
      Decoding in,
      io.inmesh.proto.envoy.config.common.mutation_rules.v3.HeaderMutationRules message) {
    return new HeaderMutationRules(
        message.getAllowAllRouting().getValue(),
        message.getAllowEnvoy().getValue(),
        message.getDisallowSystem().getValue(),
        message.getDisallowAll().getValue(),
        in.inside(
            message.hasAllowExpression(),
            "allow_expression",
            message.getAllowExpression(),
            Decoding::regex),
        in.inside(
            message.hasDisallowExpression(),
            "disallow_expression",
            message.getDisallowExpression(),
            Decoding::regex),
        message.getDisallowIsError().getValue());
  }

  private static Switch flag(Decoding in, RuntimeFeatureFlag message) {
    return new Switch(
        message.getDefaultValue().getValue(), in.required("runtime_key", message.getRuntimeKey()));
  }

  @Override
  public Message encode(ExternalAuthorization settings) {
    View view = settings.view();
    var message =
        ExtAuthz.newBuilder()
            .setTransportApiVersion(io.inmesh.proto.envoy.config.core.v3.ApiVersion.V3)
            .setFailureModeAllow(settings.failure().allow())
            .setFailureModeAllowHeaderAdd(settings.failure().mark())
            .setEncodeRawHeaders(view.raw())
            .setIncludePeerCertificate(view.peerCertificate())
            .setIncludeTlsSession(view.tlsSession())
            .setBootstrapMetadataLabelsKey(view.labelsKey())
            .addAllMetadataContextNamespaces(view.metadata())
            .addAllRouteMetadataContextNamespaces(view.routeMetadata())
            .setShadowMode(settings.shadow());
    if (settings.service() instanceof OverGrpc grpc) {
      message.setGrpcService(AuthorizationServiceCodec.message(grpc));
    } else {
      message.setHttpService(AuthorizationServiceCodec.message((OverHttp) settings.service()));
    }
    view.allowed().ifPresent(all -> message.setAllowedHeaders(GrpcServiceCodec.matchers(all)));
    AuthorizationServiceCodec.put(view.disallowed(), message::setDisallowedHeaders);
    settings
        .body()
        .ifPresent(body -> message.setWithRequestBody(AuthorizationServiceCodec.message(body)));
    if (settings.failure().status() != FORBIDDEN) {
      message.getStatusOnErrorBuilder().setCodeValue(settings.failure().status());
    }
    mutations(settings.mutations(), message);
    if (!settings.enabled().equals(FractionalPercent.ALL)) {
      message.setFilterEnabled(RouteMatchCodec.fraction(settings.enabled()));
    }
    settings
        .enabledMetadata()
        .ifPresent(matcher -> message.setFilterEnabledMetadata(MatcherCodec.metadata(matcher)));
    settings
        .denyAtDisable()
        .ifPresent(
            flag ->
                message
                    .getDenyAtDisableBuilder()
                    .setRuntimeKey(flag.runtimeKey())
                    .setDefaultValue(BoolValue.of(flag.on())));
    return message.build();
  }

  private static void mutations(Mutations mutations, ExtAuthz.Builder message) {
    message
        .setClearRouteCache(mutations.clearRoute())
        .setValidateMutations(mutations.validate())
        .setMaxDeniedResponseBodyBytes(mutations.mostBodyBytes());
    if (!mutations.metadata()) {
      message.setEnableDynamicMetadataIngestion(BoolValue.of(false));
    }
    mutations
        .rules()
        .ifPresent(
            rules -> {
              var to =
                  message
                      .getDecoderHeaderMutationRulesBuilder()
                      .setAllowAllRouting(BoolValue.of(rules.allowRouting()))
                      .setAllowEnvoy(BoolValue.of(rules.allowEnvoy()))
                      .setDisallowSystem(BoolValue.of(rules.disallowSystem()))
                      .setDisallowAll(BoolValue.of(rules.disallowAll()))
                      .setDisallowIsError(BoolValue.of(rules.isError()));
              rules
                  .allow()
                  .ifPresent(one -> to.getAllowExpressionBuilder().setRegex(one.pattern()));
              rules
                  .disallow()
                  .ifPresent(one -> to.getDisallowExpressionBuilder().setRegex(one.pattern()));
            });
  }

  /** What routes say about it. */
  static final class PerRoute implements ExtensionCodec<ExternalAuthorization.PerRoute> {
    @Override
    public String type() {
      return ExternalAuthorization.PerRoute.TYPE;
    }

    @Override
    public Class<ExternalAuthorization.PerRoute> settings() {
      return ExternalAuthorization.PerRoute.class;
    }

    @Override
    public ExternalAuthorization.PerRoute decode(Decoding in, ByteString bytes)
        throws InvalidProtocolBufferException {
      ExtAuthzPerRoute message = ExtAuthzPerRoute.parseFrom(bytes);
      switch (message.getOverrideCase()) {
        case DISABLED:
          if (!message.getDisabled()) {
            throw in.refuse("disabled", "must be true");
          }
          return new ExternalAuthorization.PerRoute(Optional.empty());
        case CHECK_SETTINGS:
          return new ExternalAuthorization.PerRoute(
              Optional.of(
                  in.inside("check_settings", message.getCheckSettings(), PerRoute::check)));
        default:
          throw in.refuse("disabled or check_settings must be given");
      }
    }

    private static Check check(Decoding in, CheckSettings message) {
      if (message.getDisableRequestBodyBuffering() && message.hasWithRequestBody()) {
        throw in.refuse(
            "only one of disable_request_body_buffering and with_request_body may be given");
      }
      var extensions = new HashMap<String, String>();
      message
          .getContextExtensionsMap()
          .forEach((key, value) -> extensions.put(in.text(key), in.text(value)));
      return new Check(
          extensions,
          message.getDisableRequestBodyBuffering(),
          in.inside(
              message.hasWithRequestBody(),
              "with_request_body",
              message.getWithRequestBody(),
              AuthorizationServiceCodec::body),
          message.hasHttpService()
              ? Optional.of(
                  in.inside(
                      "http_service", message.getHttpService(), AuthorizationServiceCodec::http))
              : in.inside(
                  message.hasGrpcService(),
                  "grpc_service",
                  message.getGrpcService(),
                  AuthorizationServiceCodec::grpc));
    }

    @Override
    public Message encode(ExternalAuthorization.PerRoute settings) {
      var message = ExtAuthzPerRoute.newBuilder();
      settings
          .check()
          .ifPresentOrElse(
              check -> encode(check, message.getCheckSettingsBuilder()),
              () -> message.setDisabled(true));
      return message.build();
    }

    private static void encode(Check check, CheckSettings.Builder to) {
      to.putAllContextExtensions(new TreeMap<>(check.extensions()))
          .setDisableRequestBodyBuffering(check.withoutBody());
      check
          .body()
          .ifPresent(body -> to.setWithRequestBody(AuthorizationServiceCodec.message(body)));
      check
          .service()
          .ifPresent(
              service -> {
                if (service instanceof OverGrpc grpc) {
                  to.setGrpcService(AuthorizationServiceCodec.message(grpc));
                } else {
                  to.setHttpService(AuthorizationServiceCodec.message((OverHttp) service));
                }
              });
    }
  }
}
