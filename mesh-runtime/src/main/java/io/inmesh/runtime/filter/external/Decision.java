package io.inmesh.runtime.filter.external;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What an authorization service says of a request. Filled in by who reads its answer. */
final class Decision {
  /** Whether the request may pass. */
  enum Kind {
    OK,
    DENIED,
    ERROR
  }

  final Kind kind;

  /** Of the answer to the caller; 0 for what the config says of errors. */
  int status;

  String body = "";

  /** Whether an answer says what to do with a header in a way that is not known. */
  boolean strange;

  /** Of the request; of a denial's answer. */
  final List<Field> set = new ArrayList<>(0);

  final List<Field> add = new ArrayList<>(0);

  /** Appended to the values that are there. */
  final List<Field> append = new ArrayList<>(0);

  final List<String> remove = new ArrayList<>(0);

  final List<Field> responseAdd = new ArrayList<>(0);
  final List<Field> responseSet = new ArrayList<>(0);
  final List<Field> responseAddIfAbsent = new ArrayList<>(0);
  final List<Field> responseOverwrite = new ArrayList<>(0);

  final List<Field> querySet = new ArrayList<>(0);
  final List<String> queryRemove = new ArrayList<>(0);

  final Map<String, Object> metadata = new HashMap<>(0);

  Decision(Kind kind) {
    this.kind = kind;
  }

  /** The service could not be asked, or has not answered. */
  static Decision error() {
    return new Decision(Kind.ERROR);
  }

  /** Whether routes may look at something that is changed. */
  boolean changesRequest() {
    return !(set.isEmpty()
        && append.isEmpty()
        && remove.isEmpty()
        && querySet.isEmpty()
        && queryRemove.isEmpty());
  }

  /** Whether the response is changed. */
  boolean changesResponse() {
    return !(responseAdd.isEmpty()
        && responseSet.isEmpty()
        && responseAddIfAbsent.isEmpty()
        && responseOverwrite.isEmpty());
  }
}
