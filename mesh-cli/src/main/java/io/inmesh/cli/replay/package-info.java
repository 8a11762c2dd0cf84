/** Deciding recorded requests again: no sockets, seeded draws, virtual time. */
@NullMarked
package io.inmesh.cli.replay;

import org.jspecify.annotations.NullMarked;
