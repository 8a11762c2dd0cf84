/** One HTTP exchange as the application, the filters and the logs see it. */
@NullMarked
package io.inmesh.call;

import org.jspecify.annotations.NullMarked;
