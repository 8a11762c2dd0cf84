package io.inmesh.xds.codec;

import io.inmesh.config.Format;
import io.inmesh.config.HeaderMutations;
import io.inmesh.config.HeaderMutations.Append;
import io.inmesh.config.HeaderMutations.HeaderValue;
import io.inmesh.proto.envoy.config.common.mutation_rules.v3.HeaderMutation;
import io.inmesh.proto.envoy.config.core.v3.HeaderValueOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/** Header changes. */
final class HeaderCodec {
  private static final int MAX_BYTES = 16384;
  private static final int MAX_OPERATIONS = 1000;

  private HeaderCodec() {}

  /** Reads the four lists that every level of a route table has. */
  static HeaderMutations mutations(
      Decoding in,
      List<HeaderValueOption> requestAdd,
      List<String> requestRemove,
      List<HeaderValueOption> responseAdd,
      List<String> responseRemove) {
    if (requestAdd.isEmpty()
        && requestRemove.isEmpty()
        && responseAdd.isEmpty()
        && responseRemove.isEmpty()) {
      return HeaderMutations.NONE;
    }
    return new HeaderMutations(
        adds(in, "request_headers_to_add", requestAdd),
        removes(in, "request_headers_to_remove", requestRemove),
        adds(in, "response_headers_to_add", responseAdd),
        removes(in, "response_headers_to_remove", responseRemove));
  }

  static List<HeaderValue> adds(Decoding in, String field, List<HeaderValueOption> options) {
    if (options.size() > MAX_OPERATIONS) {
      throw in.refuse(field, "must have at most " + MAX_OPERATIONS + " members");
    }
    return in.each(field, options, HeaderCodec::add);
  }

  static HeaderValue add(Decoding in, HeaderValueOption option) {
    if (!option.hasHeader()) {
      throw in.refuse("header", "is missing");
    }
    String name = in.text(in.headerName("header.key", option.getHeader().getKey()));
    if (name.startsWith(":") || name.equals("host")) {
      throw in.refuse("header.key", ":-prefixed or host headers may not be modified");
    }
    if (option.getHeader().getKeyBytes().size() > MAX_BYTES
        || option.getHeader().getValueBytes().size() > MAX_BYTES) {
      throw in.refuse("header", "must have at most " + MAX_BYTES + " bytes");
    }
    String value = in.headerValue("header.value", option.getHeader().getValue());
    Format format = FormatCodec.format(in, "header.value", value);
    return new HeaderValue(name, format, append(in, option), option.getKeepEmptyValue());
  }

  /** A header without options: it replaces what is there. */
  static HeaderValue plain(Decoding in, io.inmesh.proto.envoy.config.core.v3.HeaderValue header) {
    return add(
        in,
        HeaderValueOption.newBuilder()
            .setHeader(header)
            .setAppendAction(HeaderValueOption.HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD)
            .build());
  }

  static io.inmesh.proto.envoy.config.core.v3.HeaderValue plain(HeaderValue header) {
    return add(header).getHeader();
  }

  private static Append append(Decoding in, HeaderValueOption option) {
    var action = in.known("append_action", option.getAppendAction());
    if (!option.hasAppend()) {
      return Append.valueOf(action.name());
    }
    if (action != HeaderValueOption.HeaderAppendAction.APPEND_IF_EXISTS_OR_ADD) {
      throw in.refuse("append", "must not be given together with append_action");
    }
    return option.getAppend().getValue()
        ? Append.APPEND_IF_EXISTS_OR_ADD
        : Append.OVERWRITE_IF_EXISTS_OR_ADD;
  }

  static List<String> removes(Decoding in, String field, List<String> names) {
    if (names.isEmpty()) {
      return List.of();
    }
    var lower = new ArrayList<String>(names.size());
    for (String name : names) {
      if (!name.isEmpty()) {
        lower.add(remove(in, field, name));
      }
    }
    return lower;
  }

  static String remove(Decoding in, String field, String name) {
    String lower = in.text(in.headerName(field, name));
    if (lower.startsWith(":") || lower.equals("host")) {
      throw in.refuse(field, ":-prefixed or host headers may not be removed");
    }
    return lower;
  }

  /** Names of headers that may be any, in lower case. */
  static List<String> names(Decoding in, String field, List<String> names) {
    var lower = new ArrayList<String>(names.size());
    for (String name : names) {
      if (!name.isEmpty()) {
        lower.add(in.text(in.headerName(field, name)));
      }
    }
    return lower;
  }

  /**
   * Reads operations that are applied one after the other. Removals first and additions after them
   * do the same once an addition that is removed later is left out.
   */
  static HeaderMutations sequence(Decoding in, String field, List<HeaderMutation> operations) {
    var removed = new LinkedHashSet<String>();
    var added = new ArrayList<HeaderValue>();
    for (int i = 0; i < operations.size(); i++) {
      HeaderMutation operation = operations.get(i);
      in.enter(field, i);
      switch (operation.getActionCase()) {
        case REMOVE:
          String name = remove(in, "remove", operation.getRemove());
          removed.add(name);
          added.removeIf(header -> header.name().equals(name));
          break;
        case APPEND:
          added.add(in.inside("append", operation.getAppend(), HeaderCodec::add));
          break;
        case REMOVE_ON_MATCH:
          in.ignored("remove_on_match", "is not supported");
          break;
        default:
          throw in.refuse("no action is given");
      }
      in.leave();
    }
    return added.isEmpty() && removed.isEmpty()
        ? HeaderMutations.NONE
        : new HeaderMutations(added, List.copyOf(removed), List.of(), List.of());
  }

  static List<HeaderMutation> sequence(List<HeaderValue> adds, List<String> removes) {
    var operations = new ArrayList<HeaderMutation>(adds.size() + removes.size());
    removes.forEach(name -> operations.add(HeaderMutation.newBuilder().setRemove(name).build()));
    adds.forEach(
        header -> operations.add(HeaderMutation.newBuilder().setAppend(add(header)).build()));
    return operations;
  }

  static List<HeaderValueOption> adds(List<HeaderValue> headers) {
    var options = new ArrayList<HeaderValueOption>(headers.size());
    headers.forEach(header -> options.add(add(header)));
    return options;
  }

  static HeaderValueOption add(HeaderValue header) {
    var value =
        io.inmesh.proto.envoy.config.core.v3.HeaderValue.newBuilder()
            .setKey(header.name())
            .setValue(header.value().source());
    return HeaderValueOption.newBuilder()
        .setHeader(value)
        .setAppendAction(HeaderValueOption.HeaderAppendAction.valueOf(header.append().name()))
        .setKeepEmptyValue(header.keepEmpty())
        .build();
  }
}
