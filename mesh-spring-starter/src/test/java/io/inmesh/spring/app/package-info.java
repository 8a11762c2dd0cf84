/** An application that knows nothing of a mesh. */
@NullMarked
package io.inmesh.spring.app;

import org.jspecify.annotations.NullMarked;
