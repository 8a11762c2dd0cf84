package io.inmesh.xds.codec;

import com.google.protobuf.Message;
import java.util.List;

/** Finds the fields of a message that are set and that nobody reads: unknown ones, by number. */
final class SupportReport {
  void unhonoured(Message message, List<String> into) {
    for (int number : message.getUnknownFields().asMap().keySet()) {
      into.add("field " + number);
    }
  }
}
