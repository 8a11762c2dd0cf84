package io.inmesh.controlplane.ads;

/** Learns which nodes are there. Called on the server's loop. */
public interface RegistrationListener {
  /** Takes no notice. */
  RegistrationListener NONE =
      new RegistrationListener() {
        @Override
        public void introduced(Object stream, ServedNode node) {}

        @Override
        public void closed(Object stream) {}
      };

  /**
   * A node has introduced itself, for the first time on this stream or anew.
   *
   * @param stream identifies the stream, and nothing else
   */
  void introduced(Object stream, ServedNode node);

  /** A stream has ended that was introduced before. */
  void closed(Object stream);
}
