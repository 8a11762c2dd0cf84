package io.inmesh.controlplane.ads;

import io.inmesh.config.Node;
import io.inmesh.identity.SpiffeId;
import java.util.Optional;

/**
 * Who is at the other end of a stream.
 *
 * @param node what it says of itself; nothing of it is proved
 * @param identity what it has proved to be; empty on a port that asks for no proof
 * @param peer its network address
 */
public record ServedNode(Node node, NodeKind kind, Optional<SpiffeId> identity, String peer) {}
