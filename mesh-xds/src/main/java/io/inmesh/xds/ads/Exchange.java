package io.inmesh.xds.ads;

import io.inmesh.config.Node;
import io.inmesh.config.Resource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The protocol of one stream, in one of its variants. Owner: the config loop. */
interface Exchange<R> {
  /** In which types are asked for: what others depend on comes first. */
  List<Resource.Type> ORDER =
      List.of(
          Resource.Type.CLUSTER,
          Resource.Type.ENDPOINTS,
          Resource.Type.LISTENER,
          Resource.Type.ROUTES,
          Resource.Type.VIRTUAL_HOST,
          Resource.Type.EXTENSION,
          Resource.Type.RUNTIME,
          Resource.Type.SECRET);

  /** The code of a refusal: INVALID_ARGUMENT. */
  int REFUSED = 3;

  /** Other names of a type are wanted. */
  void namesChanged(Resource.Type type);

  /** The node has changed. */
  void introduce(Node node);

  /** Reads a response; null if it is of a type we do not know. */
  @Nullable Delivery read(R response);

  /** Whether a response holds all of its type. */
  boolean whole();

  /** Answers a response with the next flush. */
  void answer(Delivery delivery, String complaint);

  /** Sends what is to be said. */
  void flush();
}
