/** Where configuration comes from. */
@NullMarked
package io.inmesh.plane;

import org.jspecify.annotations.NullMarked;
