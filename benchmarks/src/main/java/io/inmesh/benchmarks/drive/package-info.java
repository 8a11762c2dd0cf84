/** Starts all processes and measures them in turns. */
@NullMarked
package io.inmesh.benchmarks.drive;

import org.jspecify.annotations.NullMarked;
