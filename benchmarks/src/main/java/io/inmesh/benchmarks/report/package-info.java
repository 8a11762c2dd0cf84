/** Turns results into tables and plots. */
@NullMarked
package io.inmesh.benchmarks.report;

import org.jspecify.annotations.NullMarked;
