package io.inmesh.runtime.format;

import io.inmesh.call.Flag;

/**
 * Response flags as the access log prints them, with commas. Envoy prints them in the order in
 * which they were set: a refused retry is noted before the failure that it would have mended.
 */
public final class FormatFlags {
  private static final Flag[] ORDER = {
    Flag.URX,
    Flag.UO,
    Flag.LH,
    Flag.UH,
    Flag.UT,
    Flag.LR,
    Flag.UR,
    Flag.UF,
    Flag.UC,
    Flag.NR,
    Flag.DI,
    Flag.FI,
    Flag.RL,
    Flag.UAEX,
    Flag.RLSE,
    Flag.DC,
    Flag.SI,
    Flag.IH,
    Flag.DPE,
    Flag.UMSDR,
    Flag.RFCF,
    Flag.DT,
    Flag.UPE,
    Flag.NC,
    Flag.OM,
    Flag.DO
  };

  private FormatFlags() {}

  /** {@code -} if there are none. */
  public static String text(CallFacts call) {
    StringBuilder out = null;
    String only = "-";
    for (Flag flag : ORDER) {
      if (call.has(flag)) {
        if (out != null) {
          out.append(',').append(flag.name());
        } else if (only.equals("-")) {
          only = flag.name();
        } else {
          out = new StringBuilder(only).append(',').append(flag.name());
        }
      }
    }
    return out == null ? only : out.toString();
  }
}
