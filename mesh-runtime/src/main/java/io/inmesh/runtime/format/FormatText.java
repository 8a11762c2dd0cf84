package io.inmesh.runtime.format;

import io.inmesh.config.Format;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A compiled format string. Immutable, safe for use by many threads. */
public final class FormatText {
  private final Piece[] pieces;
  private final String missing;

  /** A piece of a format; null stands for a value that is not there. */
  @FunctionalInterface
  interface Piece {
    @Nullable String value(CallFacts call);
  }

  /**
   * Compiles a format that has been checked.
   *
   * @param missing stands for values that are not there: {@code -}, or nothing in header values
   * @throws IllegalArgumentException for an unknown command
   */
  public FormatText(Format format, ProcessFacts process, String missing) {
    this.missing = missing;
    List<Format.Part> parts = format.parts();
    this.pieces = new Piece[parts.size()];
    for (int i = 0; i < pieces.length; i++) {
      pieces[i] = compile(parts.get(i), process);
    }
  }

  private static Piece compile(Format.Part part, ProcessFacts process) {
    if (part instanceof Format.Text text) {
      String constant = text.text();
      return call -> constant;
    }
    var command = (Format.Command) part;
    Piece piece = FormatPieces.of(command, process);
    int most = command.maxLength();
    if (most < 0) {
      return piece;
    }
    return call -> {
      String value = piece.value(call);
      return value == null || value.length() <= most ? value : value.substring(0, most);
    };
  }

  /** The text for a call as it is now. */
  public String apply(CallFacts call) {
    if (pieces.length == 1) {
      return or(pieces[0].value(call));
    }
    var out = new StringBuilder();
    for (Piece piece : pieces) {
      out.append(or(piece.value(call)));
    }
    return out.toString();
  }

  private String or(@Nullable String value) {
    return value == null ? missing : value;
  }
}
