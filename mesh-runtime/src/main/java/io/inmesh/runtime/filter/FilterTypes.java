package io.inmesh.runtime.filter;

import io.inmesh.call.Call;
import io.inmesh.call.Headers;
import io.inmesh.call.HttpFilter;
import io.inmesh.config.Buffer;
import io.inmesh.config.Cors;
import io.inmesh.config.Extension;
import io.inmesh.config.ExternalAuthorization;
import io.inmesh.config.Fault;
import io.inmesh.config.Filters;
import io.inmesh.config.GlobalRateLimit;
import io.inmesh.config.HeaderMutation;
import io.inmesh.config.JwtAuthentication;
import io.inmesh.config.LocalRateLimit;
import io.inmesh.config.LocalRateLimit.VirtualHostLimits;
import io.inmesh.config.OnDemand;
import io.inmesh.config.RateLimit;
import io.inmesh.config.Rbac;
import io.inmesh.config.StatefulSession;
import io.inmesh.runtime.filter.external.ExternalAuthorizationFilter;
import io.inmesh.runtime.filter.external.GlobalRateLimitFilter;
import io.inmesh.runtime.filter.jwt.JwtFilter;
import io.inmesh.runtime.filter.jwt.JwtParts;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The filters that a mesh can run, by the class of their settings. */
public final class FilterTypes {
  private final Map<Class<? extends Extension>, Maker> makers = new HashMap<>();
  private final Map<Class<? extends Extension>, FilterType<?>> others = new HashMap<>();

  /** Makes a filter of the listener's settings and of what routes say, the nearest first. */
  private interface Maker {
    HttpFilter make(Extension settings, List<Extension> ofRoutes, Place place);
  }

  private interface TypedMaker<E> {
    HttpFilter make(E settings, List<Extension> ofRoutes, Place place);
  }

  /** The built-in types, and others; one for settings that are known replaces the built-in one. */
  public FilterTypes(List<FilterType<?>> others) {
    add(Filters.HeaderToMetadata.class, (own, routes, at) -> new HeaderToMetadataFilter(own));
    add(Rbac.class, FilterTypes::rbac);
    add(Fault.class, (own, routes, at) -> FaultFilter.of(nearest(own, routes), at));
    add(Cors.class, (own, routes, at) -> CorsFilter.of(routes, at));
    add(HeaderMutation.class, HeaderMutationFilter::of);
    add(Buffer.class, FilterTypes::buffer);
    add(OnDemand.class, (own, routes, at) -> OnDemandFilter.of(own, routes));
    add(StatefulSession.class, (own, routes, at) -> StatefulSessionFilter.of(own, routes));
    add(JwtAuthentication.class, FilterTypes::jwt);
    add(ExternalAuthorization.class, FilterTypes::authorization);
    add(GlobalRateLimit.class, FilterTypes::rateLimit);
    add(
        LocalRateLimit.class,
        (own, routes, at) -> new LocalRateLimitFilter(nearest(own, routes), at));
    for (FilterType<?> other : others) {
      this.others.put(other.settings(), other);
      makers.remove(other.settings());
    }
  }

  private <E extends Extension> void add(Class<E> type, TypedMaker<E> maker) {
    makers.put(type, (settings, routes, at) -> maker.make(type.cast(settings), routes, at));
  }

  /**
   * Makes a filter. Settings that nothing is known for give a filter that answers every call with
   * 500: config that demands it must not be served without it.
   */
  public HttpFilter make(Extension settings, Place place) {
    Maker maker = makers.get(settings.getClass());
    return maker == null ? other(settings, place) : maker.make(settings, List.of(), place);
  }

  /**
   * Makes a filter as a route wants it.
   *
   * @param settings the listener's
   * @param ofRoutes what share, route, virtual host and route configuration say, the nearest first;
   *     not empty
   */
  public HttpFilter make(Extension settings, List<Extension> ofRoutes, Place place) {
    Maker maker = makers.get(settings.getClass());
    return maker == null ? other(ofRoutes.get(0), place) : maker.make(settings, ofRoutes, place);
  }

  /** Whether what routes say requests count for changes the filter. */
  public boolean countsByRoute(Extension settings) {
    return (settings instanceof LocalRateLimit local && LocalRateLimitFilter.asksRoutes(local))
        || (settings instanceof GlobalRateLimit global && global.own().isEmpty());
  }

  private HttpFilter other(Extension settings, Place place) {
    FilterType<?> type = others.get(settings.getClass());
    return type == null
        ? new Unknown(settings.type())
        : type.make(settings, place.owner(), place.live());
  }

  /** What the nearest route says, if it is of the listener's own type. */
  private static <E extends Extension> E nearest(E own, List<Extension> routes) {
    @SuppressWarnings("unchecked")
    var type = (Class<E>) own.getClass();
    return !routes.isEmpty() && type.isInstance(routes.get(0)) ? type.cast(routes.get(0)) : own;
  }

  private static HttpFilter rbac(Rbac own, List<Extension> routes, Place at) {
    if (!routes.isEmpty() && routes.get(0) instanceof Rbac.PerRoute route) {
      return route.rbac().map(it -> RbacFilter.of(it, at)).orElse(Idle.FILTER);
    }
    return RbacFilter.of(own, at);
  }

  private static HttpFilter jwt(JwtAuthentication own, List<Extension> routes, Place at) {
    var keeping = new JwtParts.Keeping(at.owner(), at.live(), at.errands());
    var parts = new JwtParts(own, keeping, at.runtime(), at.process().clock());
    return JwtFilter.of(own, routes, parts);
  }

  private static HttpFilter authorization(
      ExternalAuthorization own, List<Extension> routes, Place at) {
    boolean off =
        !routes.isEmpty()
            && routes.get(0) instanceof ExternalAuthorization.PerRoute route
            && route.check().isEmpty();
    return off
        ? Idle.FILTER
        : ExternalAuthorizationFilter.of(own, routes, at.process(), at.runtime());
  }

  private static HttpFilter rateLimit(GlobalRateLimit own, List<Extension> routes, Place at) {
    GlobalRateLimit.PerRoute route =
        !routes.isEmpty() && routes.get(0) instanceof GlobalRateLimit.PerRoute nearest
            ? nearest
            : new GlobalRateLimit.PerRoute(VirtualHostLimits.OVERRIDE, List.of(), "");
    List<RateLimit> embedded = route.own().isEmpty() ? own.own() : route.own();
    var counted =
        embedded.isEmpty()
            ? new GlobalRateLimitFilter.Counted(at.limits().counting(route.virtualHost()), true)
            : new GlobalRateLimitFilter.Counted(embedded, false);
    String domain = route.domain().isEmpty() ? own.domain() : route.domain();
    return new GlobalRateLimitFilter(own, domain, counted, at.process(), at.runtime());
  }

  private static HttpFilter buffer(Buffer own, List<Extension> routes, Place at) {
    if (!routes.isEmpty() && routes.get(0) instanceof Buffer.PerRoute route) {
      return route.buffer().<HttpFilter>map(BufferFilter::new).orElse(Idle.FILTER);
    }
    return new BufferFilter(own);
  }

  private record Unknown(String type) implements HttpFilter {
    @Override
    public Verdict onRequest(Call call) {
      call.reply(500, Headers.EMPTY, "no such filter: " + type, "filter_unknown{" + type + "}");
      return Verdict.STOP;
    }
  }
}
