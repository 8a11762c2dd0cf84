package io.inmesh.xds.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.inmesh.config.Extension;

/**
 * Between the settings of one extension and its protobuf message.
 *
 * @param <E> the record of the settings
 */
public interface ExtensionCodec<E extends Extension> {
  /** The full name of the message, for instance {@code envoy.extensions...v3.Router}. */
  String type();

  /** The class of the settings that {@link #encode} takes. */
  Class<E> settings();

  /**
   * Decodes and validates.
   *
   * @throws Refusal made by {@link Decoding#refuse}, if the settings are wrong
   * @throws InvalidProtocolBufferException if these are not bytes of the message
   */
  E decode(Decoding in, ByteString bytes) throws InvalidProtocolBufferException;

  /**
   * Checks settings that a route has for the filter; any will do by default.
   *
   * @throws Refusal made by {@link Decoding#refuse}, if routes cannot have them
   */
  default void checkForRoute(Decoding in, E settings) {}

  /** The message of some settings. */
  Message encode(E settings);
}
