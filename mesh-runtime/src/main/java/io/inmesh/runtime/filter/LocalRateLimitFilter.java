package io.inmesh.runtime.filter;

import io.inmesh.call.Flag;
import io.inmesh.call.Headers;
import io.inmesh.config.LocalRateLimit;
import io.inmesh.config.RateLimit;
import io.inmesh.runtime.filter.descriptor.Descriptors;
import io.inmesh.runtime.format.HeaderEdits;
import io.inmesh.runtime.match.Fraction;
import io.inmesh.runtime.stage.FilteredCall;
import io.inmesh.runtime.stage.Stage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A limit that this process keeps for itself. Source:
 * envoy.extensions.filters.http.local_ratelimit.v3.
 */
final class LocalRateLimitFilter extends Stage {
  private static final int RESOURCE_EXHAUSTED = 8;

  private final LocalRateLimit settings;
  private final @Nullable TokenBucket common;
  private final Map<List<RateLimit.Entry>, TokenBucket> buckets;
  private final Descriptors descriptors;
  private final Fraction enabled;
  private final Fraction enforced;
  private final HeaderEdits passed;
  private final HeaderEdits refused;

  LocalRateLimitFilter(LocalRateLimit settings, Place place) {
    this.settings = settings;
    this.common = settings.bucket().map(bucket -> kept(bucket, List.of(), place)).orElse(null);
    this.buckets = new HashMap<>();
    for (LocalRateLimit.Descriptor descriptor : settings.descriptors().buckets()) {
      buckets.put(descriptor.entries(), kept(descriptor.bucket(), descriptor.entries(), place));
    }
    this.descriptors =
        new Descriptors(
            asked(settings, place),
            settings.descriptors().stage(),
            true,
            place.process(),
            place.runtime());
    this.enabled = new Fraction(settings.enabled(), place.runtime());
    this.enforced = new Fraction(settings.enforced(), place.runtime());
    this.passed = new HeaderEdits(settings.requestHeaders(), List.of(), place.process());
    this.refused = new HeaderEdits(settings.responseHeaders(), List.of(), place.process());
  }

  private record Key(LocalRateLimit.Bucket bucket, List<RateLimit.Entry> entries) {}

  private static TokenBucket kept(
      LocalRateLimit.Bucket bucket, List<RateLimit.Entry> entries, Place place) {
    return place
        .live()
        .keep(
            place.owner(),
            new Key(bucket, entries),
            TokenBucket.class,
            () -> new TokenBucket(bucket),
            unused -> {});
  }

  /** Whether routes decide what requests count for. */
  static boolean asksRoutes(LocalRateLimit settings) {
    return !settings.descriptors().buckets().isEmpty() && settings.descriptors().own().isEmpty();
  }

  private static List<RateLimit> asked(LocalRateLimit settings, Place place) {
    if (settings.descriptors().buckets().isEmpty()) {
      return List.of();
    }
    return settings.descriptors().own().isEmpty()
        ? place.limits().counting(settings.descriptors().virtualHost())
        : settings.descriptors().own();
  }

  @Override
  protected Verdict request(FilteredCall call) {
    if (!enabled.holds(call.loop().random())) {
      return Verdict.CONTINUE;
    }
    if (take(call)) {
      return Verdict.CONTINUE;
    }
    if (!enforced.holds(call.loop().random())) {
      passed.request(call);
      return Verdict.CONTINUE;
    }
    var headers = new Headers();
    refused.response(call, headers);
    call.flag(Flag.RL);
    call.reply(
        settings.status(),
        headers,
        "local_rate_limited",
        "local_rate_limited",
        settings.resourceExhausted() ? RESOURCE_EXHAUSTED : -1);
    return Verdict.STOP;
  }

  /** Whether there was a token; remembers the bucket that callers are told of. */
  private boolean take(FilteredCall call) {
    List<TokenBucket> own = descriptors.isEmpty() ? List.of() : own(call);
    long now = call.nowNanos();
    for (TokenBucket bucket : own) {
      if (!bucket.take(now)) {
        return tell(call, bucket, false);
      }
    }
    boolean asksCommon = own.isEmpty() || settings.descriptors().alwaysTakeDefault();
    if (asksCommon && common != null && !common.take(now)) {
      return tell(call, common, false);
    }
    return tell(call, own.isEmpty() ? common : own.get(0), true);
  }

  private boolean tell(FilteredCall call, @Nullable TokenBucket bucket, boolean taken) {
    if (settings.rateLimitHeaders()) {
      call.remember(this, bucket);
    }
    return taken;
  }

  /** The buckets of the request's descriptors, the slowest first. */
  private List<TokenBucket> own(FilteredCall call) {
    var found = new ArrayList<TokenBucket>();
    for (Descriptors.Descriptor descriptor : descriptors.of(call)) {
      TokenBucket bucket = buckets.get(descriptor.entries());
      if (bucket != null) {
        int at = 0;
        while (at < found.size() && found.get(at).rate() <= bucket.rate()) {
          at++;
        }
        found.add(at, bucket);
      }
    }
    return found;
  }

  @Override
  protected void response(FilteredCall call, int status, Headers headers) {
    if (call.recall(this) instanceof TokenBucket bucket) {
      long now = call.nowNanos();
      headers.set("x-ratelimit-limit", Integer.toString(bucket.size()));
      headers.set("x-ratelimit-remaining", Long.toString(bucket.remaining(now)));
      headers.set("x-ratelimit-reset", Long.toString(bucket.secondsToNext(now)));
    }
  }
}
