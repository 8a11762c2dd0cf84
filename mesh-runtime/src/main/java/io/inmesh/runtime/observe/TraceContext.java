package io.inmesh.runtime.observe;

import io.inmesh.call.Headers;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What a request says of the trace it belongs to, in either of the usual forms. Sources: W3C Trace
 * Context; openzipkin b3-propagation.
 *
 * @param traceId 32 lower-case hex digits
 * @param spanId 16 lower-case hex digits
 * @param sampled whether spans of it are kept
 * @param state {@code tracestate}; empty for none
 */
public record TraceContext(String traceId, String spanId, boolean sampled, String state) {
  /** The forms. */
  public enum Form {
    /** {@code traceparent} and {@code tracestate}. */
    W3C,
    /** {@code b3}. */
    B3,
    /** {@code x-b3-traceid} and others. */
    B3_MULTI
  }

  /** The header of {@link Form#W3C}. */
  public static final String TRACEPARENT = "traceparent";

  private static final String TRACESTATE = "tracestate";
  private static final String B3 = "b3";
  private static final String B3_TRACE = "x-b3-traceid";
  private static final String B3_SPAN = "x-b3-spanid";
  private static final String B3_PARENT = "x-b3-parentspanid";
  private static final String B3_SAMPLED = "x-b3-sampled";
  private static final String B3_FLAGS = "x-b3-flags";
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.ISO_8859_1);

  /** The form that a request's context is in, the first of W3C, b3, x-b3-*; null for none. */
  public static @Nullable Form formOf(Headers headers) {
    if (headers.contains(TRACEPARENT)) {
      return Form.W3C;
    }
    return headers.contains(B3) ? Form.B3 : headers.contains(B3_TRACE) ? Form.B3_MULTI : null;
  }

  /** What a request says; null if it says nothing, or nothing well-formed. */
  public static @Nullable TraceContext of(Headers headers) {
    Form form = formOf(headers);
    if (form == null) {
      return null;
    }
    return switch (form) {
      case W3C -> w3c(headers);
      case B3 -> single(String.valueOf(headers.get(B3)));
      case B3_MULTI -> multi(headers);
    };
  }

  /** Only the trace's id; null if there is none. */
  public static @Nullable String traceId(Headers headers) {
    TraceContext context = of(headers);
    return context == null ? null : context.traceId();
  }

  private static @Nullable TraceContext w3c(Headers headers) {
    String text = headers.get(TRACEPARENT);
    if (text == null
        || text.length() < 55
        || text.charAt(2) != '-'
        || text.charAt(35) != '-'
        || text.charAt(52) != '-'
        || text.startsWith("ff")
        || (text.length() > 55 && (text.startsWith("00") || text.charAt(55) != '-'))
        || !isHex(text, 0, 2)
        || !isHex(text, 53, 55)) {
      return null;
    }
    String state = headers.get(TRACESTATE);
    boolean sampled = (Character.digit(text.charAt(54), 16) & 1) != 0;
    return checked(
        text.substring(3, 35), text.substring(36, 52), sampled, state == null ? "" : state);
  }

  private static @Nullable TraceContext single(String text) {
    String[] words = text.split("-", 4);
    boolean sampled = words.length > 2 && (words[2].equals("1") || words[2].equals("d"));
    return words.length < 2 ? null : checked(wide(words[0]), words[1], sampled, "");
  }

  private static @Nullable TraceContext multi(Headers headers) {
    String trace = headers.get(B3_TRACE);
    String span = headers.get(B3_SPAN);
    String sampled = headers.get(B3_SAMPLED);
    boolean keep =
        "1".equals(sampled)
            || "true".equalsIgnoreCase(sampled)
            || "1".equals(headers.get(B3_FLAGS));
    return trace == null || span == null ? null : checked(wide(trace), span, keep, "");
  }

  /** B3 allows ids of 64 bits. */
  private static String wide(String trace) {
    return trace.length() == 16 ? "0000000000000000" + trace : trace;
  }

  private static @Nullable TraceContext checked(
      String trace, String span, boolean sampled, String state) {
    boolean good =
        trace.length() == 32
            && span.length() == 16
            && isHex(trace, 0, 32)
            && isHex(span, 0, 16)
            && !isZero(trace)
            && !isZero(span);
    return good ? new TraceContext(trace, span, sampled, state) : null;
  }

  private static boolean isHex(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }

  private static boolean isZero(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) != '0') {
        return false;
      }
    }
    return true;
  }

  /** Says it in a request; what the request said in this form before is replaced. */
  public void write(Headers headers, Form form) {
    switch (form) {
      case W3C -> {
        headers.set(TRACEPARENT, "00-" + traceId + "-" + spanId + (sampled ? "-01" : "-00"));
        if (state.isEmpty()) {
          headers.remove(TRACESTATE);
        } else {
          headers.set(TRACESTATE, state);
        }
      }
      case B3 -> headers.set(B3, traceId + "-" + spanId + (sampled ? "-1" : "-0"));
      case B3_MULTI -> {
        headers.set(B3_TRACE, traceId);
        headers.set(B3_SPAN, spanId);
        headers.set(B3_SAMPLED, sampled ? "1" : "0");
        headers.remove(B3_PARENT);
        headers.remove(B3_FLAGS);
      }
    }
  }

  /** The {@code traceparent} of a new trace that is not sampled, of three uniform draws. */
  public static String unsampledParent(long high, long low, long span) {
    byte[] text = new byte[55];
    text[0] = '0';
    text[1] = '0';
    text[2] = '-';
    hex(text, 3, high);
    hex(text, 19, low | 1);
    text[35] = '-';
    hex(text, 36, span | 1);
    text[52] = '-';
    text[53] = '0';
    text[54] = '0';
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  private static void hex(byte[] text, int at, long value) {
    long left = value;
    for (int i = at + 15; i >= at; i--) {
      text[i] = HEX[(int) left & 15];
      left >>>= 4;
    }
  }

  /** A new trace that is not sampled, of three uniform draws. */
  public static TraceContext unsampled(long high, long low, long span) {
    return new TraceContext(hex(high) + hex(low | 1), hex(span | 1), false, "");
  }

  private static String hex(long value) {
    byte[] text = new byte[16];
    hex(text, 0, value);
    return new String(text, StandardCharsets.ISO_8859_1);
  }
}
