package io.inmesh.runtime.wire;

import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * Texts that a connection has sent lately, as HTTP/2 writes them: most requests of a client differ
 * in little. Each has one place, which the next one takes. Owner: the connection's loop.
 */
public final class Http2Texts {
  private static final int PLACES = 64;
  private static final int LONGEST = 256;

  private final @Nullable String[] texts = new String[PLACES];
  private final AsciiString[] written = new AsciiString[PLACES];

  /** As {@link Http2Names#text} has it. */
  AsciiString of(String text) {
    if (text.length() > LONGEST) {
      return Http2Names.text(text);
    }
    int hash = text.hashCode();
    int place = (hash ^ hash >>> 16) & PLACES - 1;
    if (!text.equals(texts[place])) {
      texts[place] = text;
      written[place] = Http2Names.text(text);
    }
    return written[place];
  }
}
