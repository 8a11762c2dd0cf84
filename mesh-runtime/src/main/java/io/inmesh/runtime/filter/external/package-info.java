/** Filters that ask services about requests. */
@NullMarked
package io.inmesh.runtime.filter.external;

import org.jspecify.annotations.NullMarked;
