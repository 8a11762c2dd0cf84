/** Microbenchmarks of the call path. */
@NullMarked
package io.inmesh.benchmarks;

import org.jspecify.annotations.NullMarked;
