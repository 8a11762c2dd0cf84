package io.inmesh.xds.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Sees by a message's bytes that only fields are set that somebody reads, which is the rule. Then
 * {@link SupportReport} need not look at the message, whose descriptors take long to load. Its
 * table follows from that of {@link HonouredFields}; a test keeps both together.
 */
final class PlainFields {
  static final String TABLE = "honoured-numbers.txt";

  /** Beyond it nothing is said; an Any may begin to nest anew. */
  private static final int DEEPEST = 100;

  private static final int UNREAD = 0;
  private static final int WHOLE = -1;
  private static final int ANY = -2;

  private final List<Type> types = new ArrayList<>();
  private final Map<String, Type> byName = new HashMap<>();

  PlainFields() {
    try (InputStream file = PlainFields.class.getResourceAsStream(TABLE);
        var lines = new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        var type = new Type(line);
        types.add(type);
        byName.put(line.substring(0, line.indexOf(' ')), type);
      }
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  /**
   * Whether all is read that is set in a message. False if that is not sure.
   *
   * @param type its full name; one of the five resources
   */
  boolean areAll(String type, ByteString message) {
    Type known = byName.get(type);
    return known != null && areAll(known, message, 0);
  }

  private boolean areAll(Type type, ByteString message, int depth) {
    try {
      CodedInputStream in = message.newCodedInput();
      in.enableAliasing(true);
      return areAll(type, in, depth);
    } catch (IOException malformed) {
      return false;
    }
  }

  private boolean areAll(Type type, CodedInputStream in, int depth) throws IOException {
    if (depth > DEEPEST) {
      return false;
    }
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      int content = type.content(WireFormat.getTagFieldNumber(tag));
      if (content == UNREAD) {
        return false;
      }
      if (content == WHOLE) {
        in.skipField(tag);
        continue;
      }
      if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        return false;
      }
      int end = in.pushLimit(in.readRawVarint32());
      boolean read =
          content == ANY ? any(in, depth) : areAll(types.get(content - 1), in, depth + 1);
      if (!read) {
        return false;
      }
      in.popLimit(end);
    }
    return true;
  }

  private boolean any(CodedInputStream in, int depth) throws IOException {
    String url = "";
    ByteString value = ByteString.EMPTY;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == 1) {
        url = in.readString();
      } else if (WireFormat.getTagFieldNumber(tag) == 2) {
        value = in.readBytes();
      } else {
        return false;
      }
    }
    Type type = byName.get(url.substring(url.lastIndexOf('/') + 1));
    return type == null || !type.isLookedInto() || areAll(type, value, depth + 1);
  }

  /**
   * What of a message is read, as a line of the table: its full name; {@code +} if it is looked
   * into where it stands in an Any, otherwise {@code -}; the numbers of its fields, each with
   * {@code :@} if it is an Any, {@code :N} if it is a message whose line is the Nth.
   */
  private static final class Type {
    private final String line;
    private int[] contents = {};

    Type(String line) {
      this.line = line;
    }

    boolean isLookedInto() {
      return line.charAt(line.indexOf(' ') + 1) == '+';
    }

    int content(int field) {
      if (contents.length == 0) {
        read();
      }
      return field < contents.length ? contents[field] : UNREAD;
    }

    /** Not before it is needed: a process sees few of the types. */
    private void read() {
      contents = new int[1];
      String[] words = line.split(" ");
      for (int i = 2; i < words.length; i++) {
        int colon = words[i].indexOf(':');
        int number = Integer.parseInt(colon < 0 ? words[i] : words[i].substring(0, colon));
        if (number >= contents.length) {
          contents = Arrays.copyOf(contents, number + 1);
        }
        contents[number] =
            colon < 0
                ? WHOLE
                : words[i].endsWith("@") ? ANY : Integer.parseInt(words[i].substring(colon + 1));
      }
    }
  }
}
