package io.inmesh.xds.ads;

import io.inmesh.config.Resource;
import io.inmesh.config.Resource.Key;
import io.inmesh.plane.ConfigPlane.Events;
import io.inmesh.plane.ConfigPlane.Rejection;
import io.inmesh.plane.ConfigPlane.Status;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Keeps what a plane said, and the state that follows from it. */
final class RecordedEvents implements Events {
  final List<Map<Key, Optional<Resource>>> updates = new ArrayList<>();
  final List<String> revisions = new ArrayList<>();
  final Map<Key, Optional<Resource>> state = new LinkedHashMap<>();
  final List<Rejection> rejections = new ArrayList<>();
  final Map<Key, List<String>> unsupported = new LinkedHashMap<>();
  final List<Status> statuses = new ArrayList<>();
  Runnable onChange = () -> {};

  @Override
  public void changed(Map<Key, Optional<Resource>> update, String revision) {
    updates.add(update);
    revisions.add(revision);
    state.putAll(update);
    onChange.run();
  }

  @Override
  public void rejected(Rejection rejection) {
    rejections.add(rejection);
  }

  @Override
  public void unsupported(Key key, List<String> fields) {
    unsupported.put(key, fields);
  }

  @Override
  public void status(Status status) {
    statuses.add(status);
  }

  String revision() {
    return revisions.get(revisions.size() - 1);
  }

  Map<Key, Optional<Resource>> last() {
    return updates.get(updates.size() - 1);
  }
}
