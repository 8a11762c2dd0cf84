package io.inmesh.xds.codec;

import io.inmesh.config.JwtAuthentication;
import io.inmesh.config.JwtAuthentication.AsyncFetch;
import io.inmesh.config.JwtAuthentication.ClaimHeader;
import io.inmesh.config.JwtAuthentication.HeaderPlace;
import io.inmesh.config.JwtAuthentication.Jwks;
import io.inmesh.config.JwtAuthentication.Places;
import io.inmesh.proto.envoy.extensions.filters.http.jwt_authn.v3.JwksAsyncFetch;
import io.inmesh.proto.envoy.extensions.filters.http.jwt_authn.v3.JwtClaimToHeader;
import io.inmesh.proto.envoy.extensions.filters.http.jwt_authn.v3.JwtProvider;
import io.inmesh.proto.envoy.extensions.filters.http.jwt_authn.v3.RemoteJwks;
import java.time.Duration;

/** Who issues tokens. */
final class JwtProviderCodec {
  private static final Duration CLOCK_SKEW = Duration.ofSeconds(60);
  private static final Duration CACHE = Duration.ofMinutes(10);

  private static final int CACHED_TOKENS = 100;

  private JwtProviderCodec() {}

  static JwtAuthentication.Provider provider(Decoding in, JwtProvider message) {
    int skew = Decoding.clamped(message.getClockSkewSeconds());
    return new JwtAuthentication.Provider(
        in.text(message.getIssuer()),
        FilterChainCodec.texts(in, message.getAudiencesList()),
        in.inside(message.hasSubjects(), "subjects", message.getSubjects(), MatcherCodec::string),
        jwks(in, message),
        places(in, message),
        results(in, message),
        message.getRequireExpiration(),
        in.duration(message.hasMaxLifetime(), "max_lifetime", message.getMaxLifetime()),
        skew == 0 ? CLOCK_SKEW : Duration.ofSeconds(skew),
        message.hasJwtCacheConfig() ? cached(message) : 0);
  }

  private static int cached(JwtProvider message) {
    int size = Decoding.clamped(message.getJwtCacheConfig().getJwtCacheSize());
    return size == 0 ? CACHED_TOKENS : size;
  }

  private static Jwks jwks(Decoding in, JwtProvider message) {
    switch (message.getJwksSourceSpecifierCase()) {
      case LOCAL_JWKS:
        return new JwtAuthentication.LocalJwks(
            in.inside("local_jwks", message.getLocalJwks(), FormatCodec::text));
      case REMOTE_JWKS:
        return in.inside("remote_jwks", message.getRemoteJwks(), JwtProviderCodec::remote);
      default:
        throw in.refuse("no keys are given");
    }
  }

  private static Jwks remote(Decoding in, RemoteJwks message) {
    if (!message.hasHttpUri()) {
      throw in.refuse("http_uri", "is missing");
    }
    var uri = message.getHttpUri();
    if (!uri.hasTimeout()) {
      throw in.refuse("http_uri.timeout", "is missing");
    }
    return new JwtAuthentication.RemoteJwks(
        in.headerValue("http_uri.uri", in.required("http_uri.uri", uri.getUri())),
        in.required("http_uri.cluster", uri.getCluster()),
        in.duration("http_uri.timeout", uri.getTimeout()),
        message.hasCacheDuration()
            ? in.positive("cache_duration", message.getCacheDuration())
            : CACHE,
        in.inside(
            message.hasRetryPolicy(),
            "retry_policy",
            message.getRetryPolicy(),
            RetryCodec::ofFetch),
        in.inside(
            message.hasAsyncFetch(),
            "async_fetch",
            message.getAsyncFetch(),
            JwtProviderCodec::async));
  }

  private static AsyncFetch async(Decoding in, JwksAsyncFetch message) {
    return new AsyncFetch(
        message.getFastListener(),
        message.hasFailedRefetchDuration()
            ? in.positive("failed_refetch_duration", message.getFailedRefetchDuration())
            : AsyncFetch.DEFAULT.failedRefetch());
  }

  private static Places places(Decoding in, JwtProvider message) {
    return new Places(
        in.each(
            "from_headers",
            message.getFromHeadersList(),
            (at, header) ->
                new HeaderPlace(
                    at.text(at.headerName("name", header.getName())),
                    at.headerValue("value_prefix", header.getValuePrefix()))),
        FilterChainCodec.texts(in, message.getFromParamsList()),
        FilterChainCodec.texts(in, message.getFromCookiesList()),
        message.getForward());
  }

  private static JwtAuthentication.Results results(Decoding in, JwtProvider message) {
    return new JwtAuthentication.Results(
        in.text(in.optionalHeaderName("forward_payload_header", message.getForwardPayloadHeader())),
        message.getPadForwardPayloadHeader(),
        in.text(message.getPayloadInMetadata()),
        in.text(message.getHeaderInMetadata()),
        in.text(message.getFailedStatusInMetadata()),
        FilterChainCodec.texts(
            in, message.getNormalizePayloadInMetadata().getSpaceDelimitedClaimsList()),
        in.each("claim_to_headers", message.getClaimToHeadersList(), JwtProviderCodec::claim),
        message.getClearRouteCache());
  }

  private static ClaimHeader claim(Decoding in, JwtClaimToHeader message) {
    return new ClaimHeader(
        in.text(in.headerName("header_name", message.getHeaderName())),
        in.required("claim_name", message.getClaimName()));
  }

  static JwtProvider message(JwtAuthentication.Provider provider) {
    Places places = provider.places();
    JwtAuthentication.Results results = provider.results();
    var message =
        JwtProvider.newBuilder()
            .setIssuer(provider.issuer())
            .addAllAudiences(provider.audiences())
            .setRequireExpiration(provider.requireExpiration())
            .addAllFromParams(places.parameters())
            .addAllFromCookies(places.cookies())
            .setForward(places.forward())
            .setForwardPayloadHeader(results.payloadHeader())
            .setPadForwardPayloadHeader(results.padPayloadHeader())
            .setPayloadInMetadata(results.payloadMetadata())
            .setHeaderInMetadata(results.headerMetadata())
            .setFailedStatusInMetadata(results.failureMetadata())
            .setClearRouteCache(results.clearRouteCache());
    provider.subject().ifPresent(subject -> message.setSubjects(MatcherCodec.string(subject)));
    provider.maxLifetime().ifPresent(max -> message.setMaxLifetime(Protos.duration(max)));
    if (!provider.clockSkew().equals(CLOCK_SKEW)) {
      message.setClockSkewSeconds((int) provider.clockSkew().toSeconds());
    }
    if (provider.cachedTokens() > 0) {
      message.getJwtCacheConfigBuilder().setJwtCacheSize(provider.cachedTokens());
    }
    for (HeaderPlace header : places.headers()) {
      message.addFromHeadersBuilder().setName(header.name()).setValuePrefix(header.prefix());
    }
    for (ClaimHeader claim : results.claimHeaders()) {
      message.addClaimToHeadersBuilder().setHeaderName(claim.header()).setClaimName(claim.claim());
    }
    if (!results.spaceDelimitedClaims().isEmpty()) {
      message
          .getNormalizePayloadInMetadataBuilder()
          .addAllSpaceDelimitedClaims(results.spaceDelimitedClaims());
    }
    jwks(provider.jwks(), message);
    return message.build();
  }

  private static void jwks(Jwks jwks, JwtProvider.Builder message) {
    if (jwks instanceof JwtAuthentication.LocalJwks local) {
      message.setLocalJwks(FormatCodec.text(local.json()));
      return;
    }
    var remote = (JwtAuthentication.RemoteJwks) jwks;
    var to = message.getRemoteJwksBuilder();
    to.getHttpUriBuilder()
        .setUri(remote.uri())
        .setCluster(remote.cluster())
        .setTimeout(Protos.duration(remote.timeout()));
    if (!remote.cacheDuration().equals(CACHE)) {
      to.setCacheDuration(Protos.duration(remote.cacheDuration()));
    }
    remote.retry().ifPresent(policy -> to.setRetryPolicy(RetryCodec.ofFetch(policy)));
    remote
        .async()
        .ifPresent(
            how ->
                to.getAsyncFetchBuilder()
                    .setFastListener(how.fastListener())
                    .setFailedRefetchDuration(Protos.duration(how.failedRefetch())));
  }
}
