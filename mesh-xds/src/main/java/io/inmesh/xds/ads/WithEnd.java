package io.inmesh.xds.ads;

import io.inmesh.config.Node;
import io.inmesh.config.Resource;
import io.inmesh.plane.ConfigPlane.Session;
import io.inmesh.plane.ConfigPlane.Status;
import java.util.Set;

/** A session, and something that ends with it. */
public record WithEnd(Session session, Runnable end) implements Session {
  @Override
  public void want(Set<Resource.Key> names) {
    session.want(names);
  }

  @Override
  public void want(Set<Resource.Key> names, Set<Resource.Key> leaving) {
    session.want(names, leaving);
  }

  @Override
  public void node(Node node) {
    session.node(node);
  }

  @Override
  public Status status() {
    return session.status();
  }

  @Override
  public void close() {
    session.close();
    end.run();
  }
}
