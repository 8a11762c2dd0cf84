package io.inmesh.controlplane.ads;

import io.inmesh.testkit.VirtualLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One server-side stream on virtual time, its client played by the test. */
final class StreamBench<Q, R> implements Outlet<R>, ConfigSource, RegistrationListener {
  final VirtualLoop loop = new VirtualLoop();
  final List<R> sent = new ArrayList<>();
  final List<ServedNode> introduced = new ArrayList<>();
  final NodeStream<Q, R> stream;
  ServedConfig config;
  boolean ready = true;
  boolean closed;

  StreamBench(Dialect<Q, R> dialect, ServedConfig config) {
    this.config = config;
    this.stream =
        new NodeStream<>(
            dialect,
            this,
            new NodeStream.Peer(Optional.empty(), "127.0.0.1:1"),
            new NodeStream.Services(loop, this, this, new Changes()));
  }

  static ServedConfig config(String revision, ServedResource... resources) {
    return new ServedConfig(revision, true, List.of(resources));
  }

  static ServedConfig unsettled(String revision, ServedResource... resources) {
    return new ServedConfig(revision, false, List.of(resources));
  }

  void publish(ServedConfig next) {
    config = next;
    stream.follow();
  }

  /** What was sent since the last call. */
  List<R> take() {
    List<R> all = List.copyOf(sent);
    sent.clear();
    return all;
  }

  @Override
  public boolean isReady() {
    return ready;
  }

  @Override
  public void send(R response) {
    sent.add(response);
  }

  @Override
  public ServedConfig configOf(ServedNode node) {
    return config;
  }

  @Override
  public void onChange(Runnable listener) {}

  @Override
  public void introduced(Object which, ServedNode node) {
    introduced.add(node);
  }

  @Override
  public void closed(Object which) {
    closed = true;
  }
}
