/** The process's own certificate: asked for, kept, renewed. */
@NullMarked
package io.inmesh.runtime.identity;

import org.jspecify.annotations.NullMarked;
