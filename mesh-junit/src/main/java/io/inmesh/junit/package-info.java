/** A whole mesh inside a test: {@link io.inmesh.junit.MeshTest}. */
@NullMarked
package io.inmesh.junit;

import org.jspecify.annotations.NullMarked;
