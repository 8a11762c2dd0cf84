package io.inmesh.plane;

import io.inmesh.config.Node;
import io.inmesh.identity.SecretStore;
import io.inmesh.loop.EventLoop;

/** All that a plane may use of the process it runs in. */
public record PlaneContext(
    Node node,
    EventLoop configLoop,
    SecretStore secrets,
    ConfigPlane.Events events,
    LoadSource loads) {
  /** Of a process that counts no loads. */
  public PlaneContext(
      Node node, EventLoop configLoop, SecretStore secrets, ConfigPlane.Events events) {
    this(node, configLoop, secrets, events, LoadSource.NONE);
  }

  /** The same with others to tell. */
  public PlaneContext with(ConfigPlane.Events other) {
    return new PlaneContext(node, configLoop, secrets, other, loads);
  }
}
