/** Order processing: Spring Boot. */
@NullMarked
package io.inmesh.examples.shop.orders;

import org.jspecify.annotations.NullMarked;
