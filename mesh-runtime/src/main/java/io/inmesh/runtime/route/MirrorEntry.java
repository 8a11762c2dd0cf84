package io.inmesh.runtime.route;

import io.inmesh.config.MirrorPolicy;
import io.inmesh.runtime.format.HeaderEdits;
import io.inmesh.runtime.format.RequestEdit;
import io.inmesh.runtime.match.Fraction;
import io.inmesh.runtime.match.JoinedHeaders;
import io.inmesh.runtime.match.RequestFields;
import io.inmesh.runtime.match.RouteInput;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A compiled mirror policy. */
public final class MirrorEntry {
  private final MirrorPolicy config;
  private final Fraction fraction;
  private final HeaderEdits edits;
  private final String localAddress;
  private final boolean respectExpected;

  MirrorEntry(MirrorPolicy config, RouteSettings settings) {
    this.config = config;
    this.fraction = new Fraction(config.fraction(), settings.runtime());
    this.edits = HeaderEdits.request(config.mutations(), settings.process());
    this.localAddress = settings.process().localAddress();
    this.respectExpected = settings.router().respectExpectedTimeout();
  }

  /** Whether this call is mirrored. */
  public boolean wanted(RouteInput call) {
    return fraction.holds(call.streamRandom());
  }

  /** The cluster's name; "" if the request's header does not name one. */
  public String cluster(RouteInput call) {
    if (config.cluster().isPresent()) {
      return config.cluster().get();
    }
    @Nullable String named =
        config.clusterHeader().isEmpty()
            ? null
            : RequestFields.first(call, config.clusterHeader().get());
    return named == null ? "" : named;
  }

  /**
   * Makes the copy of the finalized request the mirror's own.
   *
   * @param responseNanos the limit of the whole call; 0 for none
   */
  public void finalizeCopy(RequestEdit copy, long responseNanos) {
    edits.request(copy);
    if (config.hostRewrite().isPresent()) {
      copy.authority(config.hostRewrite().get());
    } else if (!config.disableShadowHostSuffix()) {
      copy.authority(shadow(copy.authority()));
    }
    copy.editHeaders().set("x-envoy-internal", "true");
    if (responseNanos > 0 && !respectExpected && copy.headers().contains(RequestTimes.EXPECTED)) {
      // A copy is sent once: what one try may take is not its business.
      long millis = TimeUnit.NANOSECONDS.toMillis(responseNanos);
      copy.editHeaders().set(RequestTimes.EXPECTED, Long.toString(millis));
    }
    JoinedHeaders.add(copy.editHeaders(), "x-forwarded-for", localAddress);
  }

  private static String shadow(String host) {
    int colon = host.lastIndexOf(':');
    return colon <= host.lastIndexOf(']')
        ? host + "-shadow"
        : host.substring(0, colon) + "-shadow" + host.substring(colon);
  }
}
