package io.inmesh.xds.ads;

import io.inmesh.config.Resource;
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
  final List<Map<Resource.Key, Optional<Resource>>> updates = new ArrayList<>();
  final List<String> revisions = new ArrayList<>();
  final Map<Resource.Key, Optional<Resource>> state = new LinkedHashMap<>();
  final List<Rejection> rejections = new ArrayList<>();
  final Map<Resource.Key, List<String>> unsupported = new LinkedHashMap<>();
  final List<Status> statuses = new ArrayList<>();
  Runnable onChange = () -> {};

  @Override
  public void changed(Map<Resource.Key, Optional<Resource>> update, String revision) {
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
  public void unsupported(Resource.Key key, List<String> fields) {
    unsupported.put(key, fields);
  }

  @Override
  public void status(Status status) {
    statuses.add(status);
  }

  String revision() {
    return revisions.get(revisions.size() - 1);
  }

  Map<Resource.Key, Optional<Resource>> last() {
    return updates.get(updates.size() - 1);
  }
}
