package io.inmesh.cli.demo;

/** A promise was not kept. */
final class Broken extends Exception {
  private static final long serialVersionUID = 1;

  Broken(String message) {
    super(message);
  }

  /** Throws unless it is so. */
  static void unless(boolean kept, String message) throws Broken {
    if (!kept) {
      throw new Broken(message);
    }
  }
}
