package io.inmesh.cli.demo;

/** A promise that the shop keeps or breaks. */
interface ShopCheck {
  /** What is promised, in a few words. */
  String promise();

  /**
   * Tries it. Whatever it changed is as before afterwards.
   *
   * @return the measured figure
   * @throws Exception if the promise is broken, saying how
   */
  String run(Shop shop) throws Exception;
}
