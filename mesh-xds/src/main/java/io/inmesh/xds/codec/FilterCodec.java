package io.inmesh.xds.codec;

import com.google.protobuf.Any;
import io.inmesh.config.DiscoveredFilter;
import io.inmesh.config.Extension;
import io.inmesh.config.ExtensionConfig;
import io.inmesh.config.FilterOverride;
import io.inmesh.config.Filters;
import io.inmesh.config.HttpConnection;
import io.inmesh.proto.envoy.config.core.v3.ExtensionConfigSource;
import io.inmesh.proto.envoy.config.core.v3.TypedExtensionConfig;
import io.inmesh.proto.envoy.config.route.v3.FilterConfig;
import io.inmesh.proto.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** HTTP filters, and what routes say about them. */
final class FilterCodec {
  private static final String FILTER_CONFIG = "envoy.config.route.v3.FilterConfig";
  private static final FilterConfig SWITCHED_ON =
      FilterConfig.newBuilder().setConfig(Any.getDefaultInstance()).build();
  private static final String FIELD = "typed_per_filter_config";

  private FilterCodec() {}

  static Map<String, FilterOverride> overrides(Decoding in, Map<String, Any> messages) {
    if (messages.isEmpty()) {
      return Map.of();
    }
    var overrides = new HashMap<String, FilterOverride>();
    messages.forEach(
        (name, any) -> {
          in.enter(FIELD + "[\"" + name + "\"]", -1);
          FilterOverride override = override(in, name, any);
          if (override != null) {
            overrides.put(in.text(name), override);
          }
          in.leave();
        });
    return overrides;
  }

  private static @Nullable FilterOverride override(Decoding in, String name, Any any) {
    if (!Decoding.typeOf(any).equals(FILTER_CONFIG)) {
      Extension settings = settings(in, name, any, false, true);
      return settings == null ? null : new FilterOverride(Optional.of(settings), false);
    }
    FilterConfig config = in.parse(any.getValue(), FilterConfig.parser());
    if (config.getDisabled()) {
      return new FilterOverride(Optional.empty(), true);
    }
    if (!config.hasConfig()) {
      throw in.refuse("config", "is missing");
    }
    if (config.getConfig().getTypeUrl().isEmpty()) {
      return new FilterOverride(Optional.empty(), false);
    }
    // Settings that may be left out still switch the filter on.
    Extension settings = settings(in, name, config.getConfig(), config.getIsOptional(), true);
    return new FilterOverride(Optional.ofNullable(settings), false);
  }

  private static @Nullable Extension settings(
      Decoding in, String name, Any any, boolean optional, boolean forRoute) {
    Extension settings = in.surroundings().extensions().decode(in, any, forRoute);
    if (settings != null) {
      return settings;
    }
    String type = Decoding.typeOf(TypedStructs.unwrap(in, any));
    var passive = in.surroundings().options().passiveFilters();
    if (!optional && !passive.contains(name) && !passive.contains(type)) {
      throw in.refuse("unknown filter type " + type);
    }
    in.ignored("@type", "filter type " + type + " is left out");
    return null;
  }

  /** The filters of a connection, the router last. */
  static List<HttpConnection.Filter> filters(Decoding in, List<HttpFilter> messages) {
    var filters = new ArrayList<HttpConnection.Filter>(messages.size());
    int last = -1;
    for (int i = 0; i < messages.size(); i++) {
      in.enter("http_filters", i);
      HttpConnection.Filter filter = filter(in, messages.get(i));
      if (filter != null) {
        if (last >= 0) {
          throw in.refuse("the router must be the last filter");
        }
        filters.add(filter);
        last = filter.settings() instanceof Filters.Router ? i : -1;
        if (last >= 0 && filter.disabled()) {
          throw in.refuse("disabled", "the router cannot be off");
        }
      }
      in.leave();
    }
    if (last < 0) {
      throw in.refuse("http_filters", "the last filter must be the router");
    }
    return filters;
  }

  private static HttpConnection.@Nullable Filter filter(Decoding in, HttpFilter message) {
    String name = in.required("name", message.getName());
    if (message.hasConfigDiscovery()) {
      return discovered(in, name, message);
    }
    Any any = message.getTypedConfig();
    in.enter("typed_config", -1);
    // One that is off can only be switched on by settings of its type, which a route then lacks.
    boolean dispensable = message.getIsOptional() || message.getDisabled();
    Extension settings = settings(in, name, any, dispensable, false);
    in.leave();
    return settings == null
        ? null
        : new HttpConnection.Filter(name, settings, message.getDisabled());
  }

  private static HttpConnection.@Nullable Filter discovered(
      Decoding in, String name, HttpFilter message) {
    var source = message.getConfigDiscovery();
    var types = new HashSet<String>();
    for (String url : source.getTypeUrlsList()) {
      types.add(in.text(url.substring(url.lastIndexOf('/') + 1)));
    }
    boolean dispensable =
        message.getIsOptional() || in.surroundings().options().passiveFilters().contains(name);
    if (types.isEmpty()) {
      throw in.refuse("config_discovery.type_urls", "must not be empty");
    }
    in.enter("config_discovery.default_config", -1);
    Extension otherwise =
        source.hasDefaultConfig()
            ? settings(in, name, source.getDefaultConfig(), dispensable, false)
            : null;
    in.leave();
    if (types.stream().noneMatch(in.surroundings().extensions()::knows)) {
      if (otherwise != null) {
        in.ignored("config_discovery", "the default config is used: no type of it is known");
        return new HttpConnection.Filter(name, otherwise, message.getDisabled());
      }
      if (!dispensable) {
        throw in.refuse("config_discovery.type_urls", "none of these types is known");
      }
      in.ignored("config_discovery", "filter is left out");
      return null;
    }
    var settings =
        new DiscoveredFilter(
            name,
            types,
            Optional.ofNullable(otherwise),
            otherwise != null && source.getApplyDefaultConfigWithoutWarming());
    return new HttpConnection.Filter(name, settings, message.getDisabled());
  }

  /** Settings that come on their own. */
  static ExtensionConfig extension(Decoding in, TypedExtensionConfig message) {
    String name = in.required("name", message.getName());
    in.enter("typed_config", -1);
    Extension settings = in.surroundings().extensions().decode(in, message.getTypedConfig(), false);
    if (settings == null) {
      throw in.refuse(
          "unknown filter type "
              + Decoding.typeOf(TypedStructs.unwrap(in, message.getTypedConfig())));
    }
    in.leave();
    return new ExtensionConfig(name, settings);
  }

  /** Writes filters with the codecs that are known. */
  record Encoding(Extensions extensions) {
    Map<String, Any> overrides(Map<String, FilterOverride> overrides) {
      var messages = new TreeMap<String, Any>();
      overrides.forEach((name, override) -> messages.put(name, override(override)));
      return messages;
    }

    private Any override(FilterOverride override) {
      if (override.disabled()) {
        return Anys.of(FILTER_CONFIG, FilterConfig.newBuilder().setDisabled(true).build());
      }
      return override
          .settings()
          .map(extensions::encode)
          .orElseGet(() -> Anys.of(FILTER_CONFIG, SWITCHED_ON));
    }

    TypedExtensionConfig extension(ExtensionConfig config) {
      return TypedExtensionConfig.newBuilder()
          .setName(config.name())
          .setTypedConfig(extensions.encode(config.settings()))
          .build();
    }

    private ExtensionConfigSource source(DiscoveredFilter filter) {
      var source = ExtensionConfigSource.newBuilder().setConfigSource(Sources.ADS);
      filter.types().stream()
          .sorted()
          .forEach(type -> source.addTypeUrls("type.googleapis.com/" + type));
      filter.otherwise().ifPresent(other -> source.setDefaultConfig(extensions.encode(other)));
      return source.setApplyDefaultConfigWithoutWarming(filter.withoutWarming()).build();
    }

    HttpFilter filter(HttpConnection.Filter filter) {
      if (filter.settings() instanceof DiscoveredFilter discovered) {
        return HttpFilter.newBuilder()
            .setName(filter.name())
            .setConfigDiscovery(source(discovered))
            .setDisabled(filter.disabled())
            .build();
      }
      return HttpFilter.newBuilder()
          .setName(filter.name())
          .setTypedConfig(extensions.encode(filter.settings()))
          .setDisabled(filter.disabled())
          .build();
    }
  }
}
