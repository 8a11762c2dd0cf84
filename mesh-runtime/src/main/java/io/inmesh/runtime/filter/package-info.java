/** HTTP filters: how each is made from its settings, and those that are built in. */
@NullMarked
package io.inmesh.runtime.filter;

import org.jspecify.annotations.NullMarked;
