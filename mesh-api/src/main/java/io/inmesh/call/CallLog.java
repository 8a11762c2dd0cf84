package io.inmesh.call;

/**
 * Listens to ended calls: access log, metrics, spans. Never changes one; called on the call's loop,
 * once per call.
 */
@FunctionalInterface
public interface CallLog {
  void onEnd(Call call, CallSink.Ended how);
}
