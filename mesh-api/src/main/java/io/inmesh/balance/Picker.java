package io.inmesh.balance;

/** One immutable selection structure, used by all loops at once, without locks. */
@FunctionalInterface
public interface Picker {
  Pick pick(PickContext context);
}
