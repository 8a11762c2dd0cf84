/** The server that all clients call. */
@NullMarked
package io.inmesh.benchmarks.backend;

import org.jspecify.annotations.NullMarked;
