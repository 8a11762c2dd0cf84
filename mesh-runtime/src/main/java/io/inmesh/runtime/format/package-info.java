/** Compiled format strings and header changes, for routes, filters and logs alike. */
@NullMarked
package io.inmesh.runtime.format;

import org.jspecify.annotations.NullMarked;
