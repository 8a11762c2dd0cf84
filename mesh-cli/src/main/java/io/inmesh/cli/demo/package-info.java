/** Shows the mesh at work, and checks that it keeps its promises. */
@NullMarked
package io.inmesh.cli.demo;

import org.jspecify.annotations.NullMarked;
