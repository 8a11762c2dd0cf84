@NullMarked
package io.inmesh.junit;

import org.jspecify.annotations.NullMarked;
