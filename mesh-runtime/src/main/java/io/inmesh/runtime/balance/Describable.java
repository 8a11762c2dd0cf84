package io.inmesh.runtime.balance;

import io.inmesh.balance.PickContext;
import io.inmesh.balance.Picker;

/** A picker that can tell what it chooses from. Telling changes nothing. */
public interface Describable extends Picker {
  /** For one pick. */
  Described describe(PickContext context);
}
