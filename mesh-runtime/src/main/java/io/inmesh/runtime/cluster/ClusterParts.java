package io.inmesh.runtime.cluster;

import io.inmesh.config.Locality;
import io.inmesh.loop.EventLoop;
import io.inmesh.runtime.stats.ClusterBook;
import io.inmesh.transport.Transport;

/**
 * What all clusters of a process share; given by the composition root.
 *
 * @param writer the loop on which all host sets are written: the config loop
 * @param locality where this process stands, for zone-aware routing
 * @param book where what clusters count is found
 * @param holdsEmptyUpdates whether an update that leaves a cluster without endpoints waits as long
 *     as its hosts answer; Envoy's does not
 * @param loads what is told to planes that ask for load
 */
public record ClusterParts(
    EventLoop writer,
    Transport transport,
    NameResolver resolver,
    Locality locality,
    HostEvents events,
    ClusterBook book,
    boolean holdsEmptyUpdates,
    LoadBook loads) {

  /** The same with loads that nobody asks for. */
  public ClusterParts(
      EventLoop writer,
      Transport transport,
      NameResolver resolver,
      Locality locality,
      HostEvents events,
      ClusterBook book,
      boolean holdsEmptyUpdates) {
    this(writer, transport, resolver, locality, events, book, holdsEmptyUpdates, new LoadBook());
  }

  /** As Envoy: no update waits. */
  public ClusterParts(
      EventLoop writer,
      Transport transport,
      NameResolver resolver,
      Locality locality,
      HostEvents events,
      ClusterBook book) {
    this(writer, transport, resolver, locality, events, book, false);
  }

  /** The same with a book of its own. */
  public ClusterParts(
      EventLoop writer,
      Transport transport,
      NameResolver resolver,
      Locality locality,
      HostEvents events) {
    this(writer, transport, resolver, locality, events, new ClusterBook());
  }
}
