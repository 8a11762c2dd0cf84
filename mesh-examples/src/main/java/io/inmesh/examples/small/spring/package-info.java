/** One idea: an ordinary Spring Boot application, in the mesh by its class path. */
@NullMarked
package io.inmesh.examples.small.spring;

import org.jspecify.annotations.NullMarked;
