package io.inmesh.xds.codec;

import com.google.protobuf.Any;
import io.inmesh.config.Extension;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The extensions that are known, by the type of their settings. */
public final class Extensions {
  private final Map<String, ExtensionCodec<?>> byType;
  private final Map<Class<?>, ExtensionCodec<?>> bySettings;

  private Extensions(
      Map<String, ExtensionCodec<?>> byType, Map<Class<?>, ExtensionCodec<?>> bySettings) {
    this.byType = Map.copyOf(byType);
    this.bySettings = Map.copyOf(bySettings);
  }

  /** Those whose settings are records of {@code io.inmesh.config}. */
  public static Extensions standard() {
    return new Extensions(Map.of(), Map.of())
        .with(
            List.of(
                new BufferCodec(),
                new BufferCodec.PerRoute(),
                new CorsCodec(),
                new CorsCodec.Policy(),
                new ExternalAuthorizationCodec(),
                new ExternalAuthorizationCodec.PerRoute(),
                new FaultCodec(),
                new GlobalRateLimitCodec(),
                new GlobalRateLimitCodec.PerRoute(),
                new HeaderMutationCodec(),
                new HeaderMutationCodec.PerRoute(),
                new HeaderToMetadataCodec(),
                new JwtCodec(),
                new JwtCodec.PerRoute(),
                new LocalRateLimitCodec(),
                new OnDemandCodec(),
                new OnDemandCodec.PerRoute(),
                new RbacCodec(),
                new RbacCodec.PerRoute(),
                new RouterCodec(),
                new StatefulSessionCodec(),
                new StatefulSessionCodec.PerRoute()));
  }

  /**
   * Only those that mesh-runtime has filters for. A client decodes with these: what it could not
   * enforce it refuses when it arrives, not when a call needs it.
   */
  public static Extensions enforced() {
    return standard();
  }

  /** These and more; a newer codec takes the place of an older one of the same type. */
  public Extensions with(List<ExtensionCodec<?>> more) {
    var types = new HashMap<>(byType);
    var settings = new HashMap<>(bySettings);
    for (ExtensionCodec<?> codec : more) {
      types.put(codec.type(), codec);
      settings.put(codec.settings(), codec);
    }
    return new Extensions(types, settings);
  }

  /** Whether settings of this type can be decoded. */
  public boolean knows(String type) {
    return byType.containsKey(type);
  }

  /**
   * The settings in an Any, or null if their type is not known.
   *
   * @param forRoute whether they are a route's
   */
  @Nullable Extension decode(Decoding in, Any any, boolean forRoute) {
    Any plain = TypedStructs.unwrap(in, any);
    ExtensionCodec<?> codec = byType.get(Decoding.typeOf(plain));
    if (codec == null) {
      return null;
    }
    return decode(codec, in, plain, forRoute);
  }

  private static <E extends Extension> E decode(
      ExtensionCodec<E> codec, Decoding in, Any any, boolean forRoute) {
    try {
      E settings = codec.decode(in, any.getValue());
      if (forRoute) {
        codec.checkForRoute(in, settings);
      }
      return settings;
    } catch (com.google.protobuf.InvalidProtocolBufferException wrong) {
      throw in.refuse("not the bytes of " + codec.type() + ": " + wrong.getMessage());
    }
  }

  /** The message of some settings, with its type. */
  Any encode(Extension settings) {
    ExtensionCodec<?> codec = bySettings.get(settings.getClass());
    if (codec == null) {
      throw new IllegalArgumentException("no codec for " + settings.type());
    }
    return encode(codec, settings);
  }

  private static <E extends Extension> Any encode(ExtensionCodec<E> codec, Extension settings) {
    return Anys.of(codec.type(), codec.encode(codec.settings().cast(settings)));
  }
}
