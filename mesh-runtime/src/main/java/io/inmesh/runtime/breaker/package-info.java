/** Circuit breakers of clusters: Resilience4j's states over a window of our own. */
@NullMarked
package io.inmesh.runtime.breaker;

import org.jspecify.annotations.NullMarked;
