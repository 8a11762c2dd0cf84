/** Spans by OpenTelemetry. Needs the jar of its API; nothing else of the runtime does. */
@NullMarked
package io.inmesh.runtime.observe.opentelemetry;

import org.jspecify.annotations.NullMarked;
