package io.inmesh.runtime.observe;

import io.inmesh.call.Call;
import io.inmesh.call.CallLog;
import io.inmesh.call.CallSink.Ended;
import java.lang.System.Logger.Level;
import java.util.List;

/**
 * Several listeners as one. One that throws is logged, and does not harm the call or the others.
 */
final class CallLogs implements CallLog {
  private static final System.Logger LOG = System.getLogger("io.inmesh.observe");
  private final CallLog[] logs;

  private CallLogs(List<CallLog> logs) {
    this.logs = logs.toArray(CallLog[]::new);
  }

  /** All of these. */
  static CallLog of(List<CallLog> logs) {
    return logs.isEmpty() ? (call, how) -> {} : new CallLogs(logs);
  }

  @Override
  public void onEnd(Call call, Ended how) {
    for (CallLog log : logs) {
      try {
        log.onEnd(call, how);
      } catch (RuntimeException broken) {
        LOG.log(Level.ERROR, "a call log failed", broken);
      }
    }
  }
}
