package io.inmesh.spring;

import io.inmesh.config.Buffer;
import io.inmesh.config.ClientCertHeader;
import io.inmesh.config.FilterChain;
import io.inmesh.config.HttpConnection;
import io.inmesh.config.HttpConnection.Forwarding;
import io.inmesh.config.Listener;
import io.inmesh.config.Resource;
import io.inmesh.identity.CertificateAuthority;
import io.inmesh.identity.JoinFile;
import io.inmesh.identity.SecretStore;
import io.inmesh.plane.ConfigPlane;
import io.inmesh.plane.PlaneConnector;
import io.inmesh.plane.ResourceFormat;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * Our plane, but inbound listeners say what ours never does and others do: a filter wants the whole
 * of each body, 1000 bytes at most, and the client's certificate is told.
 */
final class ForeignInbound implements PlaneConnector {
  private static final int MOST = 1000;
  private static final ClientCertHeader TOLD =
      new ClientCertHeader(
          ClientCertHeader.Handling.SANITIZE_SET, false, false, false, false, true);

  private final PlaneConnector ours = ServiceLoader.load(PlaneConnector.class).iterator().next();

  @Override
  public ConfigPlane plane(JoinFile join, Options options) {
    ConfigPlane plane = ours.plane(join, options);
    return context -> plane.open(context.with(new Changing(context.events())));
  }

  @Override
  public CertificateAuthority authority(JoinFile join, SecretStore own) {
    return ours.authority(join, own);
  }

  @Override
  public ResourceFormat format() {
    return ours.format();
  }

  private record Changing(ConfigPlane.Events to) implements ConfigPlane.Events {
    @Override
    public void changed(Map<Resource.Key, Optional<Resource>> update, String revision) {
      var changed = new HashMap<>(update);
      changed.replaceAll((key, value) -> value.map(ForeignInbound::foreign));
      to.changed(changed, revision);
    }

    @Override
    public void rejected(ConfigPlane.Rejection rejection) {
      to.rejected(rejection);
    }

    @Override
    public void unsupported(Resource.Key key, java.util.List<String> fields) {
      to.unsupported(key, fields);
    }

    @Override
    public void status(ConfigPlane.Status status) {
      to.status(status);
    }
  }

  private static Resource foreign(Resource resource) {
    if (!(resource instanceof Listener it) || it.direction() != Listener.Direction.INBOUND) {
      return resource;
    }
    return new Listener(
        it.name(),
        it.direction(),
        it.bind(),
        it.chains().stream().map(ForeignInbound::foreign).toList(),
        it.fallback().map(ForeignInbound::foreign),
        it.bindToPort(),
        it.listenerFilters(),
        it.metadata());
  }

  private static FilterChain foreign(FilterChain chain) {
    if (!(chain.network() instanceof HttpConnection http)) {
      return chain;
    }
    var filters = new ArrayList<>(http.filters());
    filters.add(0, new HttpConnection.Filter("buffer", new Buffer(MOST), false));
    Forwarding of = http.forwarding();
    var told =
        new Forwarding(
            of.useRemoteAddress(),
            of.trustedHops(),
            of.skipXffAppend(),
            of.internalAddresses(),
            of.via(),
            of.serverName(),
            of.serverHeader(),
            of.generateRequestId(),
            of.preserveExternalRequestId(),
            of.alwaysSetRequestIdInResponse(),
            TOLD);
    return new FilterChain(
        chain.name(),
        chain.match(),
        new HttpConnection(filters, http.routes(), http.path(), http.host(), told, http.limits()),
        chain.socket());
  }
}
