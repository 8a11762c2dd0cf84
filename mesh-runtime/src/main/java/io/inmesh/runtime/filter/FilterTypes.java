package io.inmesh.runtime.filter;

import io.inmesh.call.Call;
import io.inmesh.call.Headers;
import io.inmesh.call.HttpFilter;
import io.inmesh.config.Extension;
import io.inmesh.config.Filters;
import io.inmesh.runtime.live.Scope;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The filters that a mesh can run, by the class of their settings. */
public final class FilterTypes {
  private final Map<Class<? extends Extension>, FilterType<?>> types = new HashMap<>();

  /** The built-in types, and others; one for settings that are known replaces the built-in one. */
  public FilterTypes(List<FilterType<?>> others) {
    add(
        new FilterType<>(
            Filters.HeaderToMetadata.class,
            (settings, owner, live) -> new HeaderToMetadataFilter(settings)));
    others.forEach(this::add);
  }

  private void add(FilterType<?> type) {
    types.put(type.settings(), type);
  }

  /**
   * Makes a filter. Settings that nothing is known for give a filter that answers every call with
   * 500: config that demands it must not be served without it.
   */
  public HttpFilter make(Extension settings, String owner, Scope live) {
    FilterType<?> type = types.get(settings.getClass());
    return type == null ? new Unknown(settings.type()) : type.make(settings, owner, live);
  }

  private record Unknown(String type) implements HttpFilter {
    @Override
    public Verdict onRequest(Call call) {
      call.reply(500, Headers.EMPTY, "no such filter: " + type, "filter_unknown{" + type + "}");
      return Verdict.STOP;
    }
  }
}
