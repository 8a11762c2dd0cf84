package io.inmesh.cli.demo;

/** One promise, kept or broken before the eyes of the user. */
interface Check {
  /** What is promised, in a few words. */
  String promise();

  /**
   * Tries it.
   *
   * @return the measured figure
   * @throws Exception if the promise is broken, saying how
   */
  String run(World world) throws Exception;
}
