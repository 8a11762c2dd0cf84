@NullMarked
package io.inmesh.examples;

import org.jspecify.annotations.NullMarked;
