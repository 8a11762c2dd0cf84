package io.inmesh.cli.demo;

/** What all of it costs in memory. */
final class SmallShop implements ShopCheck {
  private static final long MOST_MIB = 4096;

  @Override
  public String promise() {
    return "all processes of the demo together, this one too, have a PSS of at most 4 GiB";
  }

  @Override
  public String run(Shop shop) throws Exception {
    long shopMib = Show.memory(shop) / 1024;
    long ownMib = Show.ownMemory() / 1024;
    Broken.unless(shopMib > 0, "this system does not tell the memory of processes");
    Broken.unless(shopMib + ownMib <= MOST_MIB, shopMib + " + " + ownMib + " MiB");
    return shopMib
        + " MiB in "
        + (shop.instances().size() + 1)
        + " processes, and "
        + ownMib
        + " MiB in this one";
  }
}
