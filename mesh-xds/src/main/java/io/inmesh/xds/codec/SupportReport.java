package io.inmesh.xds.codec;

import com.google.protobuf.Message;
import java.util.List;

/** stub */
final class SupportReport {
  void unhonoured(Message message, List<String> into) {}
}
