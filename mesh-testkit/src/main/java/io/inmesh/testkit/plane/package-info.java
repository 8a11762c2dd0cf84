/** What every config plane must do. */
@NullMarked
package io.inmesh.testkit.plane;

import org.jspecify.annotations.NullMarked;
