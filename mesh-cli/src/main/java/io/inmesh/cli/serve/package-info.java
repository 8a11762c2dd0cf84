/** An echo service in the mesh. */
@NullMarked
package io.inmesh.cli.serve;

import org.jspecify.annotations.NullMarked;
