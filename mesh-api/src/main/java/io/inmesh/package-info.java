/** The mesh as an application sees it. */
@NullMarked
package io.inmesh;

import org.jspecify.annotations.NullMarked;
