/** Spring's HTTP clients over the mesh: blocking ones and reactive ones. */
@NullMarked
package io.inmesh.spring.client;

import org.jspecify.annotations.NullMarked;
