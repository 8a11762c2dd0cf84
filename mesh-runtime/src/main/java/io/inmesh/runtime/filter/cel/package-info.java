/** Conditions in the Common Expression Language, as policies may have them. */
@NullMarked
package io.inmesh.runtime.filter.cel;

import org.jspecify.annotations.NullMarked;
