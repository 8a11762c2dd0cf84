package io.inmesh.cli.demo;

import io.inmesh.Mesh;
import io.inmesh.call.Response;
import io.inmesh.controlplane.ca.Authority;
import io.inmesh.identity.SpiffeId;
import io.inmesh.runtime.member.Member;
import io.inmesh.state.StateDirectory;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** Peers with a wrong certificate, the wrong identity, or none. */
final class Strangers implements Check {
  private static final char[] NO_PASSWORD = {};

  @Override
  public String promise() {
    return "wrong CA, wrong identity, no certificate: refused on both sides, with peer and reason";
  }

  @Override
  public String run(World world) throws Exception {
    var figures = new ArrayList<String>();
    World.Served served = world.serve("orders");
    var random = new SecureRandom();
    Authority other =
        Authority.open(
            "cluster.local",
            new StateDirectory(world.directory().resolve("other-ca")),
            InstantSource.system(),
            random);
    figures.add(clientRefused(served, "no certificate", new KeyManager[0]));
    figures.add(
        clientRefused(
            served,
            "wrong CA",
            keys(other, SpiffeId.ofServiceAccount("cluster.local", "default", "web"), random)));
    served.process().close();
    figures.add(
        serverRefused(
            world,
            "wrong CA",
            keys(other, SpiffeId.ofServiceAccount("cluster.local", "default", "orders"), random)));
    figures.add(impostor(world));
    return String.join("; ", figures);
  }

  /** Somebody who does not speak as the mesh does connects to our server. */
  private static String clientRefused(World.Served served, String what, KeyManager[] keys)
      throws Exception {
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(keys, new TrustManager[] {new Trusting()}, null);
    int before = served.process().lines();
    String answer = "";
    try (SSLSocket socket =
        (SSLSocket)
            tls.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), served.port())) {
      socket.setSoTimeout(5000);
      socket
          .getOutputStream()
          .write("GET / HTTP/1.1\r\nhost: orders\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      answer = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
    } catch (IOException refused) {
      answer = "";
    }
    Broken.unless(answer.isEmpty(), what + ": the server answered " + answer);
    String line =
        served
            .process()
            .line(before, it -> it.startsWith("refused 127.0.0.1:"), Duration.ofSeconds(5))
            .orElseThrow(
                () -> new Broken(what + ": the server said nothing:\n" + served.process().tail(5)));
    return "client with " + what + ": \"" + line + "\"";
  }

  /** Our client is led to a server that is not what it says. */
  private static String serverRefused(World world, String what, KeyManager[] keys)
      throws Exception {
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(keys, new TrustManager[] {new Trusting()}, null);
    try (SSLServerSocket listener =
        (SSLServerSocket)
            tls.getServerSocketFactory()
                .createServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      listener.setNeedClientAuth(true);
      Thread accepting = new Thread(() -> accept(listener), "false-server");
      accepting.setDaemon(true);
      accepting.start();
      return refusal(world, what, listener.getLocalPort());
    }
  }

  private static void accept(SSLServerSocket listener) {
    while (!listener.isClosed()) {
      try (SSLSocket socket = (SSLSocket) listener.accept()) {
        socket.startHandshake();
        socket.getInputStream().read();
      } catch (IOException refused) {
        // That is the caller's finding; the next one is awaited.
      }
    }
  }

  /** A member of the mesh with an identity of its own is reached under another's name. */
  private static String impostor(World world) throws Exception {
    World.Served catalog = world.serve("catalog");
    try {
      return refusal(world, "wrong identity", catalog.port());
    } finally {
      catalog.process().close();
    }
  }

  private static String refusal(World world, String what, int port) throws Exception {
    String host = what.replace(' ', '-').toLowerCase(java.util.Locale.ROOT) + ".example";
    world.configure("stranger.yaml", Yaml.stranger(host, port));
    try (Member member = world.client("web")) {
      Mesh web = member.mesh();
      Await.until(
          "the stranger is known",
          World.PATIENCE,
          () ->
              // Before that, the call goes past the mesh.
              Requests.send(web, Requests.get("http://" + host + "/"))
                  .outcome()
                  .cluster()
                  .startsWith("outbound|"));
      Response response = Requests.send(web, Requests.get("http://" + host + "/"));
      String details = response.outcome().details();
      Broken.unless(response.status() == 503, what + ": status " + response.status());
      Broken.unless(details.contains(":" + port), what + ": the peer is not named in " + details);
      return "server with " + what + ": \"" + details + "\"";
    } finally {
      world.configure("stranger.yaml", "");
    }
  }

  private static KeyManager[] keys(Authority authority, SpiffeId id, SecureRandom random)
      throws GeneralSecurityException, IOException {
    KeyPair pair = Authority.keys(random);
    X509Certificate leaf = authority.sign(id, pair.getPublic(), Duration.ofHours(1));
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, NO_PASSWORD);
    store.setKeyEntry("own", pair.getPrivate(), NO_PASSWORD, new Certificate[] {leaf});
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, NO_PASSWORD);
    return factory.getKeyManagers();
  }

  /** A stranger looks at nothing: who refuses here is the mesh. */
  private static final class Trusting implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
