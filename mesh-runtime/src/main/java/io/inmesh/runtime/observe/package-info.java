/** Telemetry: it only listens. */
@NullMarked
package io.inmesh.runtime.observe;

import org.jspecify.annotations.NullMarked;
