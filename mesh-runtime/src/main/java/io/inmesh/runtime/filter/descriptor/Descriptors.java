package io.inmesh.runtime.filter.descriptor;

import io.inmesh.config.FractionalPercent;
import io.inmesh.config.IpRange;
import io.inmesh.config.QueryParameterMatcher;
import io.inmesh.config.RateLimit;
import io.inmesh.config.RateLimit.Action;
import io.inmesh.config.RateLimit.Entry;
import io.inmesh.config.RateLimit.Hits;
import io.inmesh.config.RateLimit.MetadataPath;
import io.inmesh.config.Route;
import io.inmesh.runtime.format.FormatText;
import io.inmesh.runtime.format.ProcessFacts;
import io.inmesh.runtime.match.Fraction;
import io.inmesh.runtime.match.HeaderTest;
import io.inmesh.runtime.match.Numbers;
import io.inmesh.runtime.match.QueryTest;
import io.inmesh.runtime.match.RequestFields;
import io.inmesh.runtime.match.RuntimeValues;
import io.inmesh.runtime.match.ValueTest;
import io.inmesh.runtime.stage.FilteredCall;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a request counts for: the compiled rate limits of one stage. */
public final class Descriptors {
  private static final Entry SKIPPED = new Entry("", "");

  /** RateLimitUnit, in the order of its numbers. */
  private static final List<String> UNITS =
      List.of("UNKNOWN", "SECOND", "MINUTE", "HOUR", "DAY", "MONTH", "YEAR");

  private final Limit[] limits;

  /** Gives an entry, {@link #SKIPPED}, or null for a descriptor that cannot be made. */
  private interface Part {
    @Nullable Entry entry(FilteredCall call);
  }

  /** Null for what is not given. */
  private record Limit(
      @Nullable Fraction enabled,
      List<Part> parts,
      @Nullable MetadataPath override,
      @Nullable Hits hits,
      @Nullable FormatText hitsText) {}

  /**
   * What a request counts for.
   *
   * @param limit in place of the service's own
   * @param hits how much it counts; null for one
   */
  public record Descriptor(List<Entry> entries, @Nullable OtherLimit limit, @Nullable Long hits) {}

  /**
   * A limit that dynamic metadata says.
   *
   * @param unit its number in envoy.type.v3.RateLimitUnit
   */
  public record OtherLimit(long requests, int unit) {}

  /**
   * Compiles those of a stage.
   *
   * @param ofRoutes whether they stand in routes: what they say of hits is then not counted, as in
   *     Envoy (measured)
   */
  public Descriptors(
      List<RateLimit> limits,
      int stage,
      boolean ofRoutes,
      ProcessFacts process,
      RuntimeValues runtime) {
    this.limits =
        limits.stream()
            .filter(limit -> limit.stage() == stage)
            .map(limit -> compile(limit, ofRoutes, process, runtime))
            .toArray(Limit[]::new);
  }

  private static Limit compile(
      RateLimit limit, boolean ofRoutes, ProcessFacts process, RuntimeValues runtime) {
    Hits hits = ofRoutes ? null : limit.hits().orElse(null);
    return new Limit(
        limit.disableKey().isEmpty() ? null : new Fraction(enabled(limit.disableKey()), runtime),
        limit.actions().stream().map(action -> compile(action, process)).toList(),
        limit.limitOverride().orElse(null),
        hits,
        hits == null
            ? null
            : hits.format().map(format -> new FormatText(format, process, "")).orElse(null));
  }

  private static FractionalPercent enabled(String key) {
    return new FractionalPercent(100, 100, "ratelimit." + key + ".http_filter_enabled");
  }

  /** Whether no request counts for anything. */
  public boolean isEmpty() {
    return limits.length == 0;
  }

  /** The descriptors of a request. */
  public List<Descriptor> of(FilteredCall call) {
    var all = new ArrayList<Descriptor>(limits.length);
    for (Limit limit : limits) {
      if (limit.enabled == null || limit.enabled.holds(call.loop().random())) {
        add(limit, call, all);
      }
    }
    return all;
  }

  private static void add(Limit limit, FilteredCall call, List<Descriptor> all) {
    List<Entry> entries = entries(limit.parts, call);
    if (entries == null) {
      return;
    }
    Long hits = limit.hits == null ? null : Long.valueOf(limit.hits.number());
    if (limit.hitsText != null) {
      hits = Numbers.unsigned(limit.hitsText.apply(call));
      if (hits == null) {
        return;
      }
    }
    all.add(new Descriptor(entries, override(limit.override, call), hits));
  }

  private static @Nullable OtherLimit override(@Nullable MetadataPath at, FilteredCall call) {
    Object value = at == null ? null : ValueTest.find(call, at.namespace(), at.path());
    if (value instanceof Map<?, ?> map
        && map.get("requests_per_unit") instanceof Number requests
        && map.get("unit") instanceof String unit
        && UNITS.contains(unit)) {
      return new OtherLimit(requests.longValue(), UNITS.indexOf(unit));
    }
    return null;
  }

  private static @Nullable List<Entry> entries(List<Part> parts, FilteredCall call) {
    var entries = new ArrayList<Entry>(parts.size());
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      Entry entry = part.entry(call);
      if (entry == null) {
        return null;
      }
      if (entry != SKIPPED) {
        entries.add(entry);
      }
    }
    return entries;
  }

  private static @Nullable Entry found(String key, @Nullable String value, boolean skip) {
    return value == null || value.isEmpty() ? skip ? SKIPPED : null : new Entry(key, value);
  }

  private static Part compile(Action action, ProcessFacts process) {
    if (action instanceof RateLimit.RequestHeader header) {
      return call ->
          found(header.key(), RequestFields.first(call, header.name()), header.skipIfAbsent());
    }
    if (action instanceof RateLimit.QueryParameter query) {
      return call ->
          found(query.key(), QueryTest.value(call.path(), query.name()), query.skipIfAbsent());
    }
    if (action instanceof RateLimit.GenericKey generic) {
      var entry = new Entry(generic.key(), generic.value());
      return call -> entry;
    }
    if (action instanceof RateLimit.SourceCluster) {
      var entry = new Entry("source_cluster", process.node().cluster());
      return call -> entry;
    }
    if (action instanceof RateLimit.DestinationCluster) {
      return call -> new Entry("destination_cluster", call.routedCluster());
    }
    if (action instanceof RateLimit.RemoteAddress) {
      return call -> new Entry("remote_address", call.callerAddress());
    }
    if (action instanceof RateLimit.MaskedRemoteAddress masked) {
      return call -> new Entry("masked_remote_address", masked(call.callerAddress(), masked));
    }
    return matching(action);
  }

  private static Part matching(Action action) {
    if (action instanceof RateLimit.HeaderValueMatch headers) {
      HeaderTest[] tests = HeaderTest.all(headers.headers());
      var entry = new Entry(headers.key(), headers.value());
      return call -> HeaderTest.matchAll(tests, call) == headers.expect() ? entry : null;
    }
    if (action instanceof RateLimit.QueryValueMatch query) {
      QueryTest[] tests =
          query.parameters().stream()
              .map((QueryParameterMatcher one) -> new QueryTest(one))
              .toArray(QueryTest[]::new);
      var entry = new Entry(query.key(), query.value());
      return call -> matchAll(tests, call.path()) == query.expect() ? entry : null;
    }
    return ofMetadata((RateLimit.OfMetadata) action);
  }

  private static boolean matchAll(QueryTest[] tests, String path) {
    for (QueryTest test : tests) {
      if (!test.matches(path)) {
        return false;
      }
    }
    return true;
  }

  private static Part ofMetadata(RateLimit.OfMetadata action) {
    var path = new ArrayList<String>();
    path.add(action.from().namespace());
    path.addAll(action.from().path());
    return call -> {
      Object value =
          action.ofRoute()
              ? ofRoute(call.route().orElse(null), path)
              : ValueTest.find(call, action.from().namespace(), action.from().path());
      String text = value instanceof String string && !string.isEmpty() ? string : null;
      return found(action.key(), text == null ? action.otherwise() : text, action.skipIfAbsent());
    };
  }

  private static @Nullable Object ofRoute(@Nullable Route route, List<String> path) {
    return route == null ? null : ValueTest.descend(route.metadata().byNamespace(), path, 0);
  }

  /** The network that an address lies in, as {@code address/bits}. */
  private static String masked(String address, RateLimit.MaskedRemoteAddress masks) {
    byte[] bytes = IpRange.bytes(address);
    if (bytes == null) {
      return address;
    }
    int bits = bytes.length == 4 ? masks.v4Bits() : masks.v6Bits();
    for (int i = 0; i < bytes.length; i++) {
      int kept = Math.min(8, Math.max(0, bits - i * 8));
      bytes[i] &= (byte) (0xff << (8 - kept));
    }
    try {
      return InetAddress.getByAddress(bytes).getHostAddress() + "/" + bits;
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException("an address of " + bytes.length + " bytes", impossible);
    }
  }
}
