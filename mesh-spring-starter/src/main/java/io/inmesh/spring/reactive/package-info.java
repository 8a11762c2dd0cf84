/** Requests to a reactive application, judged by the mesh before the application sees them. */
@NullMarked
package io.inmesh.spring.reactive;

import org.jspecify.annotations.NullMarked;
