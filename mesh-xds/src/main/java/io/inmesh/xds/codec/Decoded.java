package io.inmesh.xds.codec;

import io.inmesh.config.Resource;
import java.util.List;

/** What became of a resource that arrived. */
public sealed interface Decoded {
  /**
   * It is valid.
   *
   * @param unsupported the paths of fields that are set and not honoured, most often empty
   */
  record Accepted(Resource resource, List<String> unsupported) implements Decoded {
    public Accepted {
      unsupported = List.copyOf(unsupported);
    }
  }

  /**
   * It is not, and nothing of it may be used.
   *
   * @param name may be empty if not even the name could be read
   * @param field the path of the field at fault; empty for the whole
   */
  record Refused(Resource.Type type, String name, String field, String reason) implements Decoded {
    /** Field and reason in one line. */
    public String message() {
      return field.isEmpty() ? reason : field + ": " + reason;
    }
  }

  /**
   * The resource.
   *
   * @throws IllegalArgumentException if it was refused, with resource, field and reason
   */
  default Resource orThrow() {
    if (this instanceof Accepted accepted) {
      return accepted.resource();
    }
    Refused refused = (Refused) this;
    throw new IllegalArgumentException(
        refused.type().message() + " \"" + refused.name() + "\": " + refused.message());
  }
}
