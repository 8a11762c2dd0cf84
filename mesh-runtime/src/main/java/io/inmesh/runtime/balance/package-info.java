/** Choosing among hosts: policies, priorities, localities, subsets. Knows no cluster. */
@NullMarked
package io.inmesh.runtime.balance;

import org.jspecify.annotations.NullMarked;
