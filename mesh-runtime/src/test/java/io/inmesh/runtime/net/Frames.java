package io.inmesh.runtime.net;

import io.inmesh.runtime.net.RawServer.Peer;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** An HTTP/2 connection in frames, for peers that do what a good one does not. */
final class Frames {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;
  static final int END_STREAM = 1;
  static final int END_HEADERS = 4;
  static final int ACK = 1;

  /** Indexed field 8 of the static table: {@code :status 200}. */
  static final byte[] STATUS_200 = {(byte) 0x88};

  final Peer peer;
  private final DataInputStream in;

  /** A frame. */
  record Frame(int type, int flags, int stream, ByteBuffer payload) {}

  private Frames(Peer peer) {
    this.peer = peer;
    this.in = new DataInputStream(peer.in);
  }

  /** A server that has heard the preface, and says its settings: pairs of identifier and value. */
  Frames(Peer peer, int... settings) throws IOException {
    this(peer);
    in.readFully(new byte[24]);
    settings(settings);
    write(SETTINGS, ACK, 0);
  }

  /** A client that has said the preface and its settings. */
  static Frames client(Peer peer, int... settings) throws IOException {
    peer.say("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    var frames = new Frames(peer);
    frames.settings(settings);
    return frames;
  }

  void settings(int... settings) throws IOException {
    ByteBuffer payload = ByteBuffer.allocate(settings.length / 2 * 6);
    for (int i = 0; i < settings.length; i += 2) {
      payload.putShort((short) settings[i]).putInt(settings[i + 1]);
    }
    write(SETTINGS, 0, 0, payload.array());
  }

  static byte[] frame(int type, int flags, int stream, byte... payload) {
    ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
    frame.put((byte) (payload.length >> 16)).putShort((short) payload.length);
    frame.put((byte) type).put((byte) flags).putInt(stream).put(payload);
    return frame.array();
  }

  static byte[] repeated(byte[] frame, int times) {
    ByteBuffer all = ByteBuffer.allocate(frame.length * times);
    for (int i = 0; i < times; i++) {
      all.put(frame);
    }
    return all.array();
  }

  void write(int type, int flags, int stream, byte... payload) throws IOException {
    synchronized (peer) {
      peer.out.write(frame(type, flags, stream, payload));
      peer.out.flush();
    }
  }

  /** Fields in HPACK, each as a literal that is not indexed. */
  static byte[] fields(String... namesAndValues) {
    var bytes = new ByteArrayOutputStream();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      bytes.write(0);
      literal(bytes, namesAndValues[i]);
      literal(bytes, namesAndValues[i + 1]);
    }
    return bytes.toByteArray();
  }

  private static void literal(ByteArrayOutputStream to, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    if (bytes.length < 127) {
      to.write(bytes.length);
    } else {
      to.write(127);
      int left = bytes.length - 127;
      for (; left >= 128; left >>>= 7) {
        to.write((left & 127) | 128);
      }
      to.write(left);
    }
    to.writeBytes(bytes);
  }

  /** A request without a body. */
  void get(int stream, String... more) throws IOException {
    write(HEADERS, END_HEADERS | END_STREAM, stream, request("GET", more));
  }

  /** The fields of a request. */
  static byte[] request(String method, String... more) {
    byte[] pseudo = fields(":method", method, ":scheme", "http", ":authority", "svc", ":path", "/");
    byte[] others = fields(more);
    return ByteBuffer.allocate(pseudo.length + others.length).put(pseudo).put(others).array();
  }

  Frame read() throws IOException {
    int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
    int type = in.readUnsignedByte();
    int flags = in.readUnsignedByte();
    int stream = in.readInt();
    var payload = new byte[length];
    in.readFully(payload);
    return new Frame(type, flags, stream, ByteBuffer.wrap(payload));
  }

  /** The next frame of a type; others are skipped. */
  Frame read(int type) throws IOException {
    Frame frame = read();
    while (frame.type != type) {
      frame = read();
    }
    return frame;
  }

  void answer(int stream) throws IOException {
    write(HEADERS, END_HEADERS | END_STREAM, stream, STATUS_200);
  }

  void goAway(int last, int code) throws IOException {
    write(GOAWAY, 0, 0, ByteBuffer.allocate(8).putInt(last).putInt(code).array());
  }

  void reset(int stream, int code) throws IOException {
    write(RST_STREAM, 0, stream, ByteBuffer.allocate(4).putInt(code).array());
  }
}
