/** The commands. */
@NullMarked
package io.inmesh.cli.command;

import org.jspecify.annotations.NullMarked;
