/** An application that knows nothing of a mesh. */
@NullMarked
package com.example.shop;

import org.jspecify.annotations.NullMarked;
