/** Load on one client in its own JVM, and what it cost. */
@NullMarked
package io.inmesh.benchmarks.load;

import org.jspecify.annotations.NullMarked;
