package io.inmesh.call;

/** Response flags, as Envoy's access log spells them ({@code %RESPONSE_FLAGS%}). */
public enum Flag {
  /** No healthy upstream host. */
  UH,
  /** Upstream connection failure. */
  UF,
  /** Upstream overflow: a circuit breaker of the cluster. */
  UO,
  /** No route. */
  NR,
  /** No such cluster. */
  NC,
  /** Upstream retry limit exceeded. */
  URX,
  /** Downstream connection terminated: the caller gave up. */
  DC,
  /** Upstream connection terminated. */
  UC,
  /** Upstream request timeout. */
  UT,
  /** Local reset. */
  LR,
  /** Upstream remote reset. */
  UR,
  /** Rate limited locally. */
  RL,
  /** Unauthorized by an external service. */
  UAEX,
  /** Rate limit service error. */
  RLSE,
  /** Delay injected. */
  DI,
  /** Fault injected. */
  FI,
  /** Stream idle timeout. */
  SI,
  /** Downstream protocol error. */
  DPE,
  /** Upstream protocol error. */
  UPE,
  /** Upstream maximal stream duration reached. */
  UMSDR,
  /** Overload manager. */
  OM,
  /** Dropped by the load assignment's drop_overloads. */
  DO,
  /** Failed local health check. */
  LH,
  /** Upstream response from a cache. */
  RFCF,
  /** Duration timeout. */
  DT,
  /** Invalid envoy request headers. */
  IH,
  /** No settings of a filter that come on their own. */
  NFCF
}
