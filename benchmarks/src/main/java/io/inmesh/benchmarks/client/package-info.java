/** Clients under measurement, one class each. */
@NullMarked
package io.inmesh.benchmarks.client;

import org.jspecify.annotations.NullMarked;
