/** User management: Spring Boot. */
@NullMarked
package io.inmesh.examples.shop.users;

import org.jspecify.annotations.NullMarked;
