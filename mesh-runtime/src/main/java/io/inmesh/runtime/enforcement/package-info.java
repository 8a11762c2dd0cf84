/** Incoming calls: each is judged by its listener's filters before the application sees it. */
@NullMarked
package io.inmesh.runtime.enforcement;

import org.jspecify.annotations.NullMarked;
