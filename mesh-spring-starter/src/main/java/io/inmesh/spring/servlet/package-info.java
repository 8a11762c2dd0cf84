/** Requests to a servlet application, judged by the mesh before the application sees them. */
@NullMarked
package io.inmesh.spring.servlet;

import org.jspecify.annotations.NullMarked;
