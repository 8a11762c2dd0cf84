package io.inmesh.xds.codec;

import com.google.protobuf.Any;
import com.google.protobuf.UInt32Value;
import io.inmesh.config.HedgePolicy;
import io.inmesh.config.Metadata;
import io.inmesh.config.RetryPolicy;
import io.inmesh.config.RetryPolicy.BackOff;
import io.inmesh.config.RetryPolicy.HostSelection;
import io.inmesh.config.RetryPolicy.On;
import io.inmesh.config.RetryPolicy.RateLimitedBackOff;
import io.inmesh.config.RetryPolicy.ResetHeader;
import io.inmesh.proto.envoy.config.core.v3.BackoffStrategy;
import io.inmesh.proto.envoy.config.route.v3.RetryPolicy.RateLimitedRetryBackOff;
import io.inmesh.proto.envoy.config.route.v3.RetryPolicy.ResetHeaderFormat;
import io.inmesh.proto.envoy.config.route.v3.RetryPolicy.RetryBackOff;
import io.inmesh.proto.envoy.extensions.retry.host.omit_host_metadata.v3.OmitHostMetadataConfig;
import io.inmesh.proto.envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Retry and hedge policies. */
final class RetryCodec {
  private static final String HOST = "envoy.extensions.retry.host.";
  private static final String PREVIOUS_HOSTS = HOST + "previous_hosts.v3.PreviousHostsPredicate";
  private static final String OMIT_CANARY = HOST + "omit_canary_hosts.v3.OmitCanaryHostsPredicate";
  private static final String OMIT_METADATA = HOST + "omit_host_metadata.v3.OmitHostMetadataConfig";
  private static final String PREVIOUS_PRIORITIES =
      "envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig";
  private static final Duration SHORTEST_BACK_OFF = Duration.ofMillis(1);
  private static final Duration RATE_LIMITED_MAX = Duration.ofMinutes(5);
  private static final Map<String, On> TOKENS = tokens();
  private static final Set<On> ON_FETCH =
      Set.of(On.FIVE_XX, On.GATEWAY_ERROR, On.CONNECT_FAILURE, On.RESET);
  private static final BackOff FETCH_BACK_OFF =
      new BackOff(Duration.ofSeconds(1), Duration.ofSeconds(10));

  private RetryCodec() {}

  private static Map<String, On> tokens() {
    var tokens = new HashMap<String, On>();
    for (On on : On.values()) {
      tokens.put(on.token(), on);
    }
    return Map.copyOf(tokens);
  }

  static RetryPolicy policy(
      Decoding in, io.inmesh.proto.envoy.config.route.v3.RetryPolicy message) {
    return new RetryPolicy(
        conditions(in, message.getRetryOn()),
        message.hasNumRetries() ? Decoding.clamped(message.getNumRetries().getValue()) : 1,
        in.duration(
            message.hasPerTryTimeout(),
            "per_try_timeout",
            message.getPerTryTimeout(),
            Duration.ZERO),
        in.duration(
            message.hasPerTryIdleTimeout(),
            "per_try_idle_timeout",
            message.getPerTryIdleTimeout(),
            Duration.ZERO),
        message.hasRetryBackOff()
            ? in.inside("retry_back_off", message.getRetryBackOff(), RetryCodec::backOff)
            : BackOff.DEFAULT,
        in.inside(
            message.hasRateLimitedRetryBackOff(),
            "rate_limited_retry_back_off",
            message.getRateLimitedRetryBackOff(),
            RetryCodec::rateLimited),
        message.getRetriableStatusCodesList(),
        in.each("retriable_headers", message.getRetriableHeadersList(), MatcherCodec::header),
        in.each(
            "retriable_request_headers",
            message.getRetriableRequestHeadersList(),
            MatcherCodec::header),
        hosts(in, message));
  }

  /** Unknown tokens are passed over, as Envoy does. */
  private static Set<On> conditions(Decoding in, String retryOn) {
    var conditions = EnumSet.noneOf(On.class);
    for (String token : retryOn.split(",", -1)) {
      String name = token.strip();
      On on = TOKENS.get(name);
      if (on != null) {
        conditions.add(on);
      } else if (!name.isEmpty()) {
        in.ignored("retry_on", "unknown condition " + name);
      }
    }
    return conditions;
  }

  private static BackOff backOff(Decoding in, RetryBackOff message) {
    if (!message.hasBaseInterval()) {
      throw in.refuse("base_interval", "is missing");
    }
    Duration base = in.positive("base_interval", message.getBaseInterval());
    if (base.compareTo(SHORTEST_BACK_OFF) < 0) {
      base = SHORTEST_BACK_OFF;
    }
    Duration max =
        message.hasMaxInterval()
            ? in.positive("max_interval", message.getMaxInterval())
            : base.multipliedBy(10);
    if (max.compareTo(SHORTEST_BACK_OFF) < 0) {
      max = SHORTEST_BACK_OFF;
    }
    if (max.compareTo(base) < 0) {
      throw in.refuse("max_interval", "must be greater than or equal to the base_interval");
    }
    return new BackOff(base, max);
  }

  /**
   * How what a filter fetches is tried again. As in Envoy the policy says only how often and when;
   * the conditions are fixed, and the longest back-off bounds each try.
   */
  static RetryPolicy ofFetch(
      Decoding in, io.inmesh.proto.envoy.config.core.v3.RetryPolicy message) {
    BackOff backOff =
        message.hasRetryBackOff()
            ? in.inside("retry_back_off", message.getRetryBackOff(), RetryCodec::backOff)
            : FETCH_BACK_OFF;
    return new RetryPolicy(
        ON_FETCH,
        message.hasNumRetries() ? Decoding.clamped(message.getNumRetries().getValue()) : 1,
        backOff.max(),
        Duration.ZERO,
        backOff,
        Optional.empty(),
        List.of(),
        List.of(),
        List.of(),
        HostSelection.DEFAULT);
  }

  private static BackOff backOff(Decoding in, BackoffStrategy message) {
    var same = RetryBackOff.newBuilder();
    if (message.hasBaseInterval()) {
      same.setBaseInterval(message.getBaseInterval());
    }
    if (message.hasMaxInterval()) {
      same.setMaxInterval(message.getMaxInterval());
    }
    return backOff(in, same.build());
  }

  static io.inmesh.proto.envoy.config.core.v3.RetryPolicy ofFetch(RetryPolicy policy) {
    var message =
        io.inmesh.proto.envoy.config.core.v3.RetryPolicy.newBuilder()
            .setNumRetries(UInt32Value.of(policy.retries()));
    message
        .getRetryBackOffBuilder()
        .setBaseInterval(Protos.duration(policy.backOff().base()))
        .setMaxInterval(Protos.duration(policy.backOff().max()));
    return message.build();
  }

  private static RateLimitedBackOff rateLimited(Decoding in, RateLimitedRetryBackOff message) {
    if (message.getResetHeadersCount() == 0) {
      throw in.refuse("reset_headers", "must not be empty");
    }
    return new RateLimitedBackOff(
        in.each(
            "reset_headers",
            message.getResetHeadersList(),
            (at, header) ->
                new ResetHeader(
                    at.text(at.headerName("name", header.getName())),
                    at.known("format", header.getFormat()) == ResetHeaderFormat.UNIX_TIMESTAMP)),
        message.hasMaxInterval()
            ? in.positive("max_interval", message.getMaxInterval())
            : RATE_LIMITED_MAX);
  }

  private static HostSelection hosts(
      Decoding in, io.inmesh.proto.envoy.config.route.v3.RetryPolicy message) {
    boolean avoidPrevious = false;
    boolean omitCanary = false;
    Metadata omitMetadata = Metadata.EMPTY;
    for (int i = 0; i < message.getRetryHostPredicateCount(); i++) {
      var predicate = message.getRetryHostPredicate(i);
      in.enter("retry_host_predicate", i);
      String type = Decoding.typeOf(predicate.getTypedConfig());
      String name = in.required("name", predicate.getName());
      if (type.equals(PREVIOUS_HOSTS)
          || name.equals("envoy.retry_host_predicates.previous_hosts")) {
        avoidPrevious = true;
      } else if (type.equals(OMIT_CANARY)
          || name.equals("envoy.retry_host_predicates.omit_canary_hosts")) {
        omitCanary = true;
      } else if (type.equals(OMIT_METADATA)) {
        omitMetadata = omitted(in, predicate.getTypedConfig());
      } else {
        throw in.refuse("typed_config", "unknown predicate " + (type.isEmpty() ? name : type));
      }
      in.leave();
    }
    int attempts = (int) Math.min(Integer.MAX_VALUE, message.getHostSelectionRetryMaxAttempts());
    int priorities =
        message.hasRetryPriority()
            ? in.inside("retry_priority", message.getRetryPriority(), RetryCodec::priority)
            : 0;
    return new HostSelection(
        avoidPrevious, omitCanary, omitMetadata, Math.max(1, attempts), priorities);
  }

  private static Metadata omitted(Decoding in, Any any) {
    in.enter("typed_config.metadata_match", -1);
    Metadata metadata =
        MetadataCodec.metadata(
            in, in.parse(any.getValue(), OmitHostMetadataConfig.parser()).getMetadataMatch());
    in.leave();
    return metadata;
  }

  private static int priority(
      Decoding in, io.inmesh.proto.envoy.config.route.v3.RetryPolicy.RetryPriority message) {
    in.required("name", message.getName());
    if (!Decoding.typeOf(message.getTypedConfig()).equals(PREVIOUS_PRIORITIES)) {
      throw in.refuse("typed_config", "unknown retry priority " + message.getName());
    }
    int frequency =
        in.parse(message.getTypedConfig().getValue(), PreviousPrioritiesConfig.parser())
            .getUpdateFrequency();
    if (frequency <= 0) {
      throw in.refuse("typed_config.update_frequency", "must be greater than 0");
    }
    return frequency;
  }

  static io.inmesh.proto.envoy.config.route.v3.RetryPolicy policy(RetryPolicy policy) {
    var message = io.inmesh.proto.envoy.config.route.v3.RetryPolicy.newBuilder();
    var on = new StringBuilder();
    for (On condition : EnumSet.allOf(On.class)) {
      if (policy.on().contains(condition)) {
        on.append(on.length() == 0 ? "" : ",").append(condition.token());
      }
    }
    message.setRetryOn(on.toString()).setNumRetries(UInt32Value.of(policy.retries()));
    if (!policy.perTryTimeout().isZero()) {
      message.setPerTryTimeout(Protos.duration(policy.perTryTimeout()));
    }
    if (!policy.perTryIdleTimeout().isZero()) {
      message.setPerTryIdleTimeout(Protos.duration(policy.perTryIdleTimeout()));
    }
    if (!policy.backOff().equals(BackOff.DEFAULT)) {
      message
          .getRetryBackOffBuilder()
          .setBaseInterval(Protos.duration(policy.backOff().base()))
          .setMaxInterval(Protos.duration(policy.backOff().max()));
    }
    policy.rateLimitedBackOff().ifPresent(backOff -> rateLimited(backOff, message));
    message.addAllRetriableStatusCodes(policy.statusCodes());
    policy.headers().forEach(header -> message.addRetriableHeaders(MatcherCodec.header(header)));
    policy
        .requestHeaders()
        .forEach(header -> message.addRetriableRequestHeaders(MatcherCodec.header(header)));
    hosts(policy.hosts(), message);
    return message.build();
  }

  private static void rateLimited(
      RateLimitedBackOff backOff,
      io.inmesh.proto.envoy.config.route.v3.RetryPolicy.Builder message) {
    var to = message.getRateLimitedRetryBackOffBuilder();
    to.setMaxInterval(Protos.duration(backOff.max()));
    for (ResetHeader header : backOff.headers()) {
      to.addResetHeadersBuilder()
          .setName(header.name())
          .setFormat(
              header.unixTime() ? ResetHeaderFormat.UNIX_TIMESTAMP : ResetHeaderFormat.SECONDS);
    }
  }

  private static void hosts(
      HostSelection hosts, io.inmesh.proto.envoy.config.route.v3.RetryPolicy.Builder message) {
    if (hosts.avoidPrevious()) {
      predicate(message, "previous_hosts", Protos.empty(PREVIOUS_HOSTS));
    }
    if (hosts.omitCanary()) {
      predicate(message, "omit_canary_hosts", Protos.empty(OMIT_CANARY));
    }
    if (!hosts.omitMetadata().equals(Metadata.EMPTY)) {
      var config =
          OmitHostMetadataConfig.newBuilder()
              .setMetadataMatch(MetadataCodec.metadata(hosts.omitMetadata()));
      predicate(message, "omit_host_metadata", Anys.of(OMIT_METADATA, config.build()));
    }
    if (hosts.maxAttempts() != 1) {
      message.setHostSelectionRetryMaxAttempts(hosts.maxAttempts());
    }
    if (hosts.previousPriorities() > 0) {
      var config =
          PreviousPrioritiesConfig.newBuilder().setUpdateFrequency(hosts.previousPriorities());
      message
          .getRetryPriorityBuilder()
          .setName("envoy.retry_priorities.previous_priorities")
          .setTypedConfig(Anys.of(PREVIOUS_PRIORITIES, config.build()));
    }
  }

  private static void predicate(
      io.inmesh.proto.envoy.config.route.v3.RetryPolicy.Builder message, String name, Any config) {
    message
        .addRetryHostPredicateBuilder()
        .setName("envoy.retry_host_predicates." + name)
        .setTypedConfig(config);
  }

  static HedgePolicy hedge(Decoding in, io.inmesh.proto.envoy.config.route.v3.HedgePolicy message) {
    if (message.hasInitialRequests() && message.getInitialRequests().getValue() == 0) {
      throw in.refuse("initial_requests", "must be at least 1");
    }
    return new HedgePolicy(message.getHedgeOnPerTryTimeout());
  }

  static io.inmesh.proto.envoy.config.route.v3.HedgePolicy hedge(HedgePolicy policy) {
    return io.inmesh.proto.envoy.config.route.v3.HedgePolicy.newBuilder()
        .setHedgeOnPerTryTimeout(policy.onPerTryTimeout())
        .build();
  }

  static Optional<RetryPolicy> optional(
      Decoding in, boolean has, io.inmesh.proto.envoy.config.route.v3.RetryPolicy message) {
    return in.inside(has, "retry_policy", message, RetryCodec::policy);
  }
}
