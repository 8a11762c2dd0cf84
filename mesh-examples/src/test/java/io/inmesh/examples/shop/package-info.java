@NullMarked
package io.inmesh.examples.shop;

import org.jspecify.annotations.NullMarked;
