package io.inmesh.runtime.inbound;

import java.util.concurrent.atomic.LongAdder;

/** What a server counts. Safe for use by many threads. */
final class Counters {
  final LongAdder accepted = new LongAdder();
  final LongAdder refused = new LongAdder();
  final LongAdder connections = new LongAdder();
  final LongAdder requests = new LongAdder();
  final LongAdder active = new LongAdder();
}
