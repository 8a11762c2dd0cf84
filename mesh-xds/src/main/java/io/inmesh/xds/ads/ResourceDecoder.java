package io.inmesh.xds.ads;

import com.google.protobuf.ByteString;
import io.inmesh.config.Resource;
import java.util.List;

/** Turns a resource's protobuf message into a validated record. */
public interface ResourceDecoder {
  /** Decodes one resource. On the config loop; malformed input is an answer, not an exception. */
  Decoded decode(Resource.Type type, ByteString message);

  /** What became of a message. */
  sealed interface Decoded {}

  /**
   * It can be used.
   *
   * @param unsupported fields that are set and not honoured
   */
  record Accepted(Resource resource, List<String> unsupported) implements Decoded {
    public Accepted {
      unsupported = List.copyOf(unsupported);
    }
  }

  /**
   * It cannot be used.
   *
   * @param name empty if not even that could be read
   * @param reason names the field
   */
  record Refused(String name, String reason) implements Decoded {}
}
