package io.inmesh.runtime.filter;

import io.inmesh.call.Flag;
import io.inmesh.call.Headers;
import io.inmesh.call.HttpFilter;
import io.inmesh.config.Fault;
import io.inmesh.config.FractionalPercent;
import io.inmesh.loop.Timer;
import io.inmesh.runtime.match.HeaderTest;
import io.inmesh.runtime.match.Numbers;
import io.inmesh.runtime.match.RuntimeValues;
import io.inmesh.runtime.stage.FilteredCall;
import io.inmesh.runtime.stage.Stage;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Delays requests and answers them with errors, on purpose. Source:
 * envoy.extensions.filters.http.fault.v3.
 */
final class FaultFilter extends Stage {
  private static final String DELAY = "x-envoy-fault-delay-request";
  private static final String ABORT = "x-envoy-fault-abort-request";
  private static final String GRPC_ABORT = "x-envoy-fault-abort-grpc-request";
  private static final String RATE = "x-envoy-fault-throughput-response";
  private static final String SHARE = "-percentage";
  private static final String PREFIX = "fault.http.";
  private static final String NAMESPACE = "envoy.filters.http.fault";
  private static final int NONE = -1;
  private static final long KIB = 1024;

  private final Fault settings;
  private final Fault.Keys keys;
  private final HeaderTest[] headers;
  private final Set<String> nodes;
  private final RuntimeValues runtime;
  private final AtomicInteger active;

  /** A filter; without any fault, one that does nothing. */
  static HttpFilter of(Fault settings, Place place) {
    return settings.delay().isEmpty()
            && settings.abort().isEmpty()
            && settings.responseRate().isEmpty()
        ? Idle.FILTER
        : new FaultFilter(settings, place);
  }

  private FaultFilter(Fault settings, Place place) {
    this.settings = settings;
    this.keys = settings.keys();
    this.headers = HeaderTest.all(settings.headers());
    this.nodes = Set.copyOf(settings.downstreamNodes());
    this.runtime = place.runtime();
    this.active =
        place
            .live()
            .keep(place.owner(), "active faults", AtomicInteger.class, AtomicInteger::new, x -> {});
  }

  /** What an injected fault holds until the call ends; the timer is the delay. */
  private final class Active extends Timer {
    private final FilteredCall call;

    Active(FilteredCall call) {
      this.call = call;
    }

    @Override
    protected void onTimer() {
      if (!abort(call)) {
        call.resume();
      }
    }
  }

  @Override
  protected Verdict request(FilteredCall call) {
    if (isFull() || !concerns(call)) {
      return Verdict.CONTINUE;
    }
    slow(call);
    long delay = delayNanos(call);
    Active fault = delay > 0 ? begin(call) : null;
    if (fault != null) {
      call.flag(Flag.DI);
      tell(call);
      call.readAhead();
      call.loop().arm(fault, call.loop().nanoTime() + delay);
      return Verdict.STOP;
    }
    return abort(call) ? Verdict.STOP : Verdict.CONTINUE;
  }

  @Override
  protected void end(FilteredCall call) {
    if (call.recall(this) instanceof Active fault) {
      fault.disarm();
      active.decrementAndGet();
      call.remember(this, null);
    }
  }

  private boolean concerns(FilteredCall call) {
    if (!settings.upstreamCluster().isEmpty()
        && !settings.upstreamCluster().equals(call.routedCluster())) {
      return false;
    }
    String node = nodes.isEmpty() ? null : call.headers().get("x-envoy-downstream-service-node");
    return (nodes.isEmpty() || (node != null && nodes.contains(node)))
        && HeaderTest.matchAll(headers, call);
  }

  /** Limits the rate of the response. */
  private void slow(FilteredCall call) {
    Fault.ResponseRate rate = settings.responseRate().orElse(null);
    boolean byHeader = rate != null && rate.kibPerSecond().isEmpty();
    if (rate == null
        || !draws(call, capped(call, rate.share(), byHeader, RATE), keys.rateShare())) {
      return;
    }
    Long kib = byHeader ? number(call, RATE) : rate.kibPerSecond().orElse(null);
    if (kib != null && kib > 0 && kib < Long.MAX_VALUE / KIB && begin(call) != null) {
      call.pace(kib * KIB);
    }
  }

  private long delayNanos(FilteredCall call) {
    Fault.Delay delay = settings.delay().orElse(null);
    if (delay == null
        || !hits(
            call,
            capped(call, delay.share(), delay.fixed().isEmpty(), DELAY),
            keys.delayShare(),
            ".delay.fixed_delay_percent")) {
      return 0;
    }
    Long told =
        delay.fixed().isPresent() ? (Long) delay.fixed().get().toMillis() : number(call, DELAY);
    if (told == null || told < 0) {
      return 0;
    }
    long millis = runtime.number(keys.delayMillis(), told);
    millis = ofCaller(call, ".delay.fixed_duration_ms", millis);
    return TimeUnit.MILLISECONDS.toNanos(Math.max(0, millis));
  }

  /** The value for the cluster that the request says it comes from, or another. */
  private long ofCaller(FilteredCall call, String suffix, long otherwise) {
    String cluster = call.headers().get("x-envoy-downstream-service-cluster");
    return cluster == null ? otherwise : runtime.number(PREFIX + cluster + suffix, otherwise);
  }

  /** Whether the call was answered. */
  private boolean abort(FilteredCall call) {
    Fault.Abort abort = settings.abort().orElse(null);
    if (abort == null) {
      return false;
    }
    boolean byHeader = abort.httpStatus().isEmpty() && abort.grpcStatus().isEmpty();
    // Of both headers the share is in the one of HTTP.
    FractionalPercent share = capped(call, abort.share(), byHeader, ABORT);
    if (!hits(call, share, keys.abortShare(), ".abort.abort_percent")) {
      return false;
    }
    int http = byHeader ? httpStatus(call) : abort.httpStatus().orElse(NONE);
    int grpc = byHeader ? grpcStatus(call) : abort.grpcStatus().orElse(NONE);
    http = inForce(call, http, keys.httpStatus(), ".abort.http_status");
    grpc = inForce(call, grpc, keys.grpcStatus(), ".abort.grpc_status");
    if ((http == NONE && grpc == NONE) || begin(call) == null) {
      return false;
    }
    call.flag(Flag.FI);
    tell(call);
    call.reply(
        http == NONE ? 200 : http,
        Headers.EMPTY,
        "fault filter abort",
        "fault_filter_abort",
        http == NONE ? grpc : NONE);
    return true;
  }

  private void tell(FilteredCall call) {
    settings.metadata().forEach((key, value) -> call.putMetadata(NAMESPACE, key, value));
  }

  /** A status that is there, as run-time values have it. */
  private int inForce(FilteredCall call, int status, String key, String suffix) {
    if (status == NONE) {
      return NONE;
    }
    long own = ofCaller(call, suffix, runtime.number(key, status));
    return own < 0 || own > Integer.MAX_VALUE ? status : (int) own;
  }

  private static int httpStatus(FilteredCall call) {
    Long status = number(call, ABORT);
    return status == null || status < 200 || status >= 600 ? NONE : status.intValue();
  }

  private static int grpcStatus(FilteredCall call) {
    Long status = number(call, GRPC_ABORT);
    return status == null || status < 0 || status > Integer.MAX_VALUE ? NONE : status.intValue();
  }

  private static @Nullable Long number(FilteredCall call, String header) {
    String text = call.headers().get(header);
    return text == null ? null : Numbers.unsigned(text);
  }

  /** The share; a header can make it smaller. */
  private static FractionalPercent capped(
      FilteredCall call, FractionalPercent share, boolean byHeader, String header) {
    Long wanted = byHeader ? number(call, header + SHARE) : null;
    long most = Integer.toUnsignedLong(share.numerator());
    return wanted != null && Long.compareUnsigned(wanted, most) < 0
        ? new FractionalPercent(wanted.intValue(), share.denominator(), share.runtimeKey())
        : share;
  }

  /** As in Envoy, requests that say which cluster they come from have two draws. */
  private boolean hits(FilteredCall call, FractionalPercent share, String key, String suffix) {
    boolean hit = draws(call, share, key);
    String cluster = call.headers().get("x-envoy-downstream-service-cluster");
    return cluster == null ? hit : draws(call, share, PREFIX + cluster + suffix) || hit;
  }

  private boolean draws(FilteredCall call, FractionalPercent share, String key) {
    FractionalPercent own = runtime.fraction(key);
    long inForce = own == null ? runtime.number(key, NONE) : NONE;
    FractionalPercent of = own == null ? share : own;
    long denominator = inForce < 0 ? of.denominator() : 100;
    long numerator = inForce < 0 ? Integer.toUnsignedLong(of.numerator()) : inForce;
    return numerator > 0
        && (numerator >= denominator
            || Long.remainderUnsigned(call.loop().random(), denominator) < numerator);
  }

  private boolean isFull() {
    return active.get() >= most();
  }

  private long most() {
    long most = settings.maxActiveFaults().map(Integer::longValue).orElse(Long.MAX_VALUE);
    return runtime.number(keys.maxActive(), most);
  }

  /** Null if there are too many faults at the moment. */
  private @Nullable Active begin(FilteredCall call) {
    if (call.recall(this) instanceof Active fault) {
      return fault;
    }
    if (active.incrementAndGet() > most()) {
      active.decrementAndGet();
      return null;
    }
    var fault = new Active(call);
    call.remember(this, fault);
    return fault;
  }
}
