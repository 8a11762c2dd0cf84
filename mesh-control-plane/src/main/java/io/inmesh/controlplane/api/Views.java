package io.inmesh.controlplane.api;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the API tells; names and meaning are part of it. */
final class Views {
  private Views() {}

  /**
   * A service.
   *
   * @param identity that its instances must prove; absent for services outside the mesh
   */
  public record ServiceView(
      String name,
      String namespace,
      String host,
      boolean external,
      Optional<String> identity,
      List<PortView> ports,
      List<InstanceView> instances) {}

  /** A port by which it is called. */
  public record PortView(int number, String name, String protocol) {}

  /**
   * An instance.
   *
   * @param health "healthy"; "lost": its stream has broken and its lease runs; "unknown": from
   *     files, so that only its clients know
   * @param registered whether it came by itself, not from files
   * @param revision of the config that it has accepted; absent for what is not connected
   * @param certificateExpiry of its own certificate, as it says
   */
  public record InstanceView(
      String address,
      int port,
      String health,
      boolean registered,
      String protocol,
      int weight,
      Optional<String> locality,
      Optional<String> version,
      Map<String, String> labels,
      Optional<String> identity,
      Optional<String> node,
      Optional<String> revision,
      Optional<Instant> certificateExpiry) {}

  /** A connected node, of any kind. */
  public record NodeView(
      String id,
      String service,
      String kind,
      Optional<String> identity,
      String peer,
      String protocol,
      Instant since,
      String state,
      Optional<String> revision,
      Optional<Instant> certificateExpiry,
      Map<String, TypeView> types) {}

  /** How far it has got with one type of resources. */
  public record TypeView(
      int resources, String sent, String accepted, String rejection, boolean pending) {}

  /** A certificate that was signed. */
  public record CertificateView(
      String identity, String serial, Instant notBefore, Instant notAfter) {}
}
