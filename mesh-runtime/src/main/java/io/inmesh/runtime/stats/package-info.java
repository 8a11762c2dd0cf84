/**
 * Counting on the call path: cells that only one loop writes, read by whoever exports them. It
 * knows neither Micrometer nor OpenTelemetry.
 */
@NullMarked
package io.inmesh.runtime.stats;

import org.jspecify.annotations.NullMarked;
