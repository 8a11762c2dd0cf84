/** One thread, its clock and its timers. */
@NullMarked
package io.inmesh.loop;

import org.jspecify.annotations.NullMarked;
