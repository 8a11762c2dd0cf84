package io.inmesh.runtime.format;

import io.inmesh.call.Headers;
import io.inmesh.config.HeaderMutations;
import io.inmesh.config.HeaderMutations.Append;
import io.inmesh.config.HeaderMutations.HeaderValue;
import io.inmesh.runtime.match.JoinedHeaders;
import io.inmesh.runtime.match.RequestFields;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The compiled header changes of one level, in one direction: removals, then overwriting, then
 * additions; all values are made before any header is written.
 */
public final class HeaderEdits {
  private final String[] removals;
  private final Edit[] edits;

  private record Edit(String name, FormatText value, Append append, boolean keepEmpty) {}

  /** Compiles one direction of a level. */
  public HeaderEdits(List<HeaderValue> additions, List<String> removals, ProcessFacts process) {
    this.removals = removals.toArray(String[]::new);
    this.edits =
        additions.stream()
            .map(
                header ->
                    new Edit(
                        header.name(),
                        new FormatText(header.value(), process, ""),
                        header.append(),
                        header.keepEmpty()))
            .toArray(Edit[]::new);
  }

  public static HeaderEdits request(HeaderMutations level, ProcessFacts process) {
    return new HeaderEdits(level.requestAdd(), level.requestRemove(), process);
  }

  public static HeaderEdits response(HeaderMutations level, ProcessFacts process) {
    return new HeaderEdits(level.responseAdd(), level.responseRemove(), process);
  }

  /** Whether nothing is changed. */
  public boolean isEmpty() {
    return removals.length == 0 && edits.length == 0;
  }

  /** Changes request headers. */
  public void request(RequestEdit call) {
    if (!isEmpty()) {
      apply(call, call.editHeaders(), true);
    }
  }

  /** Changes response headers. */
  public void response(CallFacts call, Headers response) {
    apply(call, response, false);
  }

  private void apply(CallFacts call, Headers headers, boolean request) {
    for (String name : removals) {
      headers.remove(name);
    }
    if (edits.length == 0) {
      return;
    }
    var values = new @Nullable String[edits.length];
    for (int i = 0; i < edits.length; i++) {
      values[i] = value(edits[i], call, headers, request);
    }
    write(headers, values, true);
    write(headers, values, false);
  }

  /** Null where nothing is written. */
  private static @Nullable String value(
      Edit edit, CallFacts call, Headers headers, boolean request) {
    String value = edit.value.apply(call);
    if (value.isEmpty() && !edit.keepEmpty) {
      return null;
    }
    boolean exists = exists(edit.name, call, headers, request);
    boolean written =
        edit.append == Append.ADD_IF_ABSENT
            ? !exists
            : edit.append != Append.OVERWRITE_IF_EXISTS || exists;
    return written ? value : null;
  }

  private static boolean exists(String name, CallFacts call, Headers headers, boolean request) {
    return (request && RequestFields.isPseudo(name))
        ? RequestFields.pseudo(call, name) != null
        : headers.contains(name);
  }

  private void write(Headers headers, @Nullable String[] values, boolean overwriting) {
    for (int i = 0; i < edits.length; i++) {
      Append append = edits[i].append;
      boolean overwrites =
          append == Append.OVERWRITE_IF_EXISTS_OR_ADD || append == Append.OVERWRITE_IF_EXISTS;
      String value = values[i];
      if (value == null || overwrites != overwriting) {
        continue;
      }
      if (overwrites) {
        headers.set(edits[i].name, value);
      } else {
        JoinedHeaders.add(headers, edits[i].name, value);
      }
    }
  }
}
