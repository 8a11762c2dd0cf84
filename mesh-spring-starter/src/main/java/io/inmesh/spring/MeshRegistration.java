package io.inmesh.spring;

import io.inmesh.config.Address;
import io.inmesh.runtime.member.Member;
import io.inmesh.runtime.member.Serving;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;

/**
 * Registers the application once its web server listens, and takes it out of the others' balancing
 * before the server begins to shut down.
 */
final class MeshRegistration
    implements ApplicationListener<WebServerInitializedEvent>, SmartLifecycle {
  private static final String MANAGEMENT = "management";

  private final Serving serving;
  private final MeshProperties.Server settings;
  private final String bound;
  private volatile boolean running;
  private volatile int port;

  /**
   * A registration.
   *
   * @param bound the address that the server binds; empty for all
   */
  MeshRegistration(Serving serving, MeshProperties.Server settings, String bound) {
    this.serving = serving;
    this.settings = settings;
    this.bound = bound;
  }

  @Override
  public void onApplicationEvent(WebServerInitializedEvent event) {
    if (MANAGEMENT.equals(event.getApplicationContext().getServerNamespace())) {
      return;
    }
    port = event.getWebServer().getPort();
    serving.begin(
        new Member.Service(
            new Address(advertised(settings.address(), bound), port),
            settings.protocol(),
            settings.labels(),
            settings.weight()));
  }

  /** Where the server listens; 0 as long as it does not. */
  int port() {
    return port;
  }

  /**
   * The IP address that others are told: of the name that is set, else of the one that the server
   * binds; loopback where that is no particular one.
   */
  static String advertised(@Nullable String set, String bound) {
    String name = set == null ? bound : set;
    try {
      InetAddress found =
          name.isEmpty() ? InetAddress.getLoopbackAddress() : InetAddress.getByName(name);
      return (found.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : found)
          .getHostAddress();
    } catch (UnknownHostException unknown) {
      throw new MeshJoinException(
          "The address \"" + name + "\", under which others are to call this instance, is unknown.",
          "Set inmesh.server.address to an IP address, or to a name that this machine can look up.",
          unknown);
    }
  }

  @Override
  public void start() {
    running = true;
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // There is somebody who waits in the other form.
  public void stop() {
    running = false;
    serving.drain();
  }

  /** The server goes on until callers have heard. */
  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // The callback is all there is to tell.
  public void stop(Runnable stopped) {
    running = false;
    serving.drain().thenRun(stopped);
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** Stopped before the web server is. */
  @Override
  public int getPhase() {
    return WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE + 1;
  }
}
