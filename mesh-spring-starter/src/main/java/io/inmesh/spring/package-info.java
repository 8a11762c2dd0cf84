/** Puts a Spring Boot application into the mesh: calls out, requests in, health, metrics. */
@NullMarked
package io.inmesh.spring;

import org.jspecify.annotations.NullMarked;
