@NullMarked
package io.inmesh.spring;

import org.jspecify.annotations.NullMarked;
