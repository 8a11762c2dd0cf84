package io.inmesh.xds.file;

import io.inmesh.plane.ConfigPlane;
import io.inmesh.plane.PlaneContext;
import io.inmesh.xds.ads.ResourceDecoder;
import io.inmesh.xds.json.ProtoJson;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A plane in a directory: one file a type, {@code lds.json}, {@code rds.json}, {@code cds.json},
 * {@code eds.json}, {@code sds.json}, {@code ecds.json}, {@code rtds.json}, each a {@code
 * DiscoveryResponse} in proto-JSON that holds all of its type. Files are looked at every half
 * second; they should be replaced by a move, but one that cannot be read leaves what was read
 * before. Only files whose real path is inside the directory are read.
 *
 * <p>Source: envoy.config.core.v3.PathConfigSource.
 */
public final class FilePlane implements ConfigPlane {
  static final Duration PERIOD = Duration.ofMillis(500);

  private final Path directory;
  private final ResourceDecoder decoder;

  /** A plane; nothing is read before {@link #open}. */
  public FilePlane(Path directory, ResourceDecoder decoder) {
    this.directory = directory;
    this.decoder = decoder;
  }

  @Override
  public Session open(PlaneContext context) {
    var session = new FileSession(directory, decoder, new ProtoJson(), context);
    context.configLoop().execute(session::start);
    return session;
  }
}
