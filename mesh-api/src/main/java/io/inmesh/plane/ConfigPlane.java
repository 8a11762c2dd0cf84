package io.inmesh.plane;

import io.inmesh.config.Node;
import io.inmesh.config.Resource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where config comes from: an ADS stream, files, a test. It carries resources and knows nothing of
 * how they hang together.
 */
public interface ConfigPlane {
  /**
   * What a revision begins with if the config was kept from an earlier run, and the plane has not
   * answered yet.
   */
  String FROM_DISK = "disk:";

  /** Opens a session. Callbacks come on the context's loop, also before this returns. */
  Session open(PlaneContext context);

  /** A running subscription. Used on the context's loop only. */
  interface Session extends AutoCloseable {
    /**
     * All names needed now; the session finds out what is new and what is no longer needed. Cheap
     * to repeat. A key whose name is {@code "*"} stands for all resources of its type. A name that
     * is no longer needed is forgotten, without an event; when it is needed again it is delivered
     * again.
     */
    void want(Set<Resource.Key> names);

    /**
     * The same, and which of them are on their way out: needed only until what replaces them is
     * complete. A plane that cannot answer for all of them need not be asked for these.
     */
    default void want(Set<Resource.Key> names, Set<Resource.Key> leaving) {
      want(names);
    }

    /**
     * Tells the plane who we are, once more, because something of it changed: a registration, or
     * that we are draining. A plane that knows of no nodes ignores it.
     */
    default void node(Node node) {}

    /** Whether the plane can be reached. */
    Status status();

    @Override
    void close();
  }

  /**
   * The state of the connection.
   *
   * @param server the server that is, or was last, connected
   * @param lastError why it is not connected; empty if it is, or has not been tried
   */
  record Status(boolean connected, String server, String lastError) {}

  /** Called with decoded, validated resources. */
  interface Events {
    /**
     * What a response brought, as far as it is new: what came again unchanged is left out, or is
     * the same object as before.
     *
     * @param update an empty value says that the plane knows no such resource, or no longer
     * @param revision the plane's own name for this state of its config ({@code version_info})
     */
    void changed(Map<Resource.Key, Optional<Resource>> update, String revision);

    /** A resource was refused and NACKed; what was served before goes on. */
    void rejected(Rejection rejection);

    /**
     * Fields that were set and are not honoured, per resource; only when they changed. An empty
     * list takes back what was said before.
     */
    void unsupported(Resource.Key key, List<String> fields);

    /** The connection was made or lost. */
    void status(Status status);
  }

  /**
   * A refused resource.
   *
   * @param name may be empty if not even the name could be read
   * @param reason names the field
   */
  record Rejection(Resource.Type type, String name, String reason) {}
}
