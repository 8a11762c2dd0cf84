/** Microbenchmarks of the call path, and what they need. */
@NullMarked
package io.inmesh.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
