/** The command {@code inmesh}. */
@NullMarked
package io.inmesh.cli;

import org.jspecify.annotations.NullMarked;
