/**
 * The forms in which applications make calls: futures, streams, blocking. Thin edges over one
 * callback form.
 */
@NullMarked
package io.inmesh.runtime.edge;

import org.jspecify.annotations.NullMarked;
