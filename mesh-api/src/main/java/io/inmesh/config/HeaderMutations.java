package io.inmesh.config;

import java.util.List;

/**
 * Header changes at one level of the route table: removals first, then additions. Names are lower
 * case.
 */
public record HeaderMutations(
    List<HeaderValue> requestAdd,
    List<String> requestRemove,
    List<HeaderValue> responseAdd,
    List<String> responseRemove) {
  /** No change. */
  public static final HeaderMutations NONE =
      new HeaderMutations(List.of(), List.of(), List.of(), List.of());

  public HeaderMutations {
    requestAdd = List.copyOf(requestAdd);
    requestRemove = List.copyOf(requestRemove);
    responseAdd = List.copyOf(responseAdd);
    responseRemove = List.copyOf(responseRemove);
  }

  /**
   * One header to add. Source: envoy.config.core.v3.HeaderValueOption.
   *
   * @param keepEmpty whether an empty value is kept; otherwise the header is left out
   */
  public record HeaderValue(String name, Format value, Append append, boolean keepEmpty) {}

  /** What to do with a header that exists. */
  public enum Append {
    /** Add one more. */
    APPEND_IF_EXISTS_OR_ADD,
    /** Leave it. */
    ADD_IF_ABSENT,
    /** Replace it. */
    OVERWRITE_IF_EXISTS_OR_ADD,
    /** Replace it; add nothing where there is none. */
    OVERWRITE_IF_EXISTS
  }
}
