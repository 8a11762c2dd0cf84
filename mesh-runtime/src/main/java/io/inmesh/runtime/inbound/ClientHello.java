package io.inmesh.runtime.inbound;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a TLS client says first (RFC 8446, 4.1.2), as far as a filter chain is chosen by it.
 *
 * @param serverName lower case; empty if it names none
 * @param protocols that it offers by ALPN
 */
record ClientHello(String serverName, List<String> protocols) {
  private static final int MOST = 64 * 1024;
  private static final int RECORD = 5;
  private static final ClientHello MALFORMED = new ClientHello("", List.of());

  /**
   * Reads ahead; the buffer stays as it is.
   *
   * @return null if more must come; what is malformed says nothing: the handshake will refuse it
   */
  static @Nullable ClientHello peek(ByteBuf in) {
    ByteBuf message = in.alloc().buffer(1024);
    try {
      int at = in.readerIndex();
      while (true) {
        if (message.readableBytes() >= 4) {
          int length = message.getUnsignedMedium(message.readerIndex() + 1);
          if (message.getByte(message.readerIndex()) != 1 || length > MOST) {
            return MALFORMED;
          }
          if (message.readableBytes() >= 4 + length) {
            return parse(message.slice(message.readerIndex() + 4, length));
          }
        }
        if (in.writerIndex() - at < RECORD) {
          return null;
        }
        int length = in.getUnsignedShort(at + 3);
        if (in.getByte(at) != 22 || length == 0 || message.readableBytes() > MOST) {
          return MALFORMED;
        }
        if (in.writerIndex() - at < RECORD + length) {
          return null;
        }
        message.writeBytes(in, at + RECORD, length);
        at += RECORD + length;
      }
    } finally {
      message.release();
    }
  }

  private static ClientHello parse(ByteBuf hello) {
    try {
      hello.skipBytes(2 + 32);
      hello.skipBytes(hello.readUnsignedByte());
      hello.skipBytes(hello.readUnsignedShort());
      hello.skipBytes(hello.readUnsignedByte());
      String name = "";
      List<String> protocols = List.of();
      if (hello.isReadable()) {
        ByteBuf extensions = hello.readSlice(hello.readUnsignedShort());
        while (extensions.isReadable()) {
          int type = extensions.readUnsignedShort();
          ByteBuf body = extensions.readSlice(extensions.readUnsignedShort());
          if (type == 0 && body.isReadable()) {
            name = serverName(body);
          } else if (type == 16) {
            protocols = protocols(body);
          }
        }
      }
      return new ClientHello(name, protocols);
    } catch (IndexOutOfBoundsException malformed) {
      return MALFORMED;
    }
  }

  private static String serverName(ByteBuf body) {
    ByteBuf names = body.readSlice(body.readUnsignedShort());
    while (names.isReadable()) {
      int kind = names.readUnsignedByte();
      CharSequence name =
          names.readCharSequence(names.readUnsignedShort(), StandardCharsets.US_ASCII);
      if (kind == 0) {
        return name.toString().toLowerCase(Locale.ROOT);
      }
    }
    return "";
  }

  private static List<String> protocols(ByteBuf body) {
    ByteBuf names = body.readSlice(body.readUnsignedShort());
    var all = new ArrayList<String>();
    while (names.isReadable()) {
      all.add(
          names.readCharSequence(names.readUnsignedByte(), StandardCharsets.US_ASCII).toString());
    }
    return all;
  }
}
