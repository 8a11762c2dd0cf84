package io.inmesh.plane;

import io.inmesh.config.Node;
import io.inmesh.identity.SecretStore;
import io.inmesh.loop.EventLoop;

/** All that a plane may use of the process it runs in. */
public record PlaneContext(
    Node node, EventLoop configLoop, SecretStore secrets, ConfigPlane.Events events) {}
