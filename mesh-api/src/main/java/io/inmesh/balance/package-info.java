/** Choosing a host: what a picker sees and what it answers. */
@NullMarked
package io.inmesh.balance;

import org.jspecify.annotations.NullMarked;
