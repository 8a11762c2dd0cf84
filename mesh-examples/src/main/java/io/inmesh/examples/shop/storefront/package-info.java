/** The shop's face to the world: Spring Boot. */
@NullMarked
package io.inmesh.examples.shop.storefront;

import org.jspecify.annotations.NullMarked;
