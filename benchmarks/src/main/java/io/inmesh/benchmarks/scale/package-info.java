/** A control plane with very many clusters, and how long clients take with it. */
@NullMarked
package io.inmesh.benchmarks.scale;

import org.jspecify.annotations.NullMarked;
