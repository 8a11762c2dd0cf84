package io.inmesh.cli.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The same class files outside the mesh and in it. */
final class UntouchedApplication implements ShopCheck {
  private static final String OWN = "io/inmesh/examples/shop/";
  private static final List<String> APPLICATIONS =
      List.of("users/Users", "orders/Orders", "storefront/Storefront");

  @Override
  public String promise() {
    return "the shop's Spring Boot applications name nothing of the mesh; without its jars the same"
        + " class files serve plain HTTP";
  }

  @Override
  public String run(Shop shop) throws Exception {
    Path app = shop.applications();
    var without = new ArrayList<String>();
    Path own = app;
    int ours = 0;
    try (Stream<Path> jars = Files.list(app)) {
      for (Path jar : jars.toList()) {
        String name = jar.getFileName().toString();
        boolean mesh = name.startsWith("mesh-") && !name.startsWith("mesh-examples");
        ours += mesh ? 1 : 0;
        own = name.startsWith("mesh-examples") ? jar : own;
        if (!mesh) {
          without.add(jar.toString());
        }
      }
    }
    Broken.unless(ours >= 4, "only " + ours + " jars of the mesh were left out");
    int read = namesNothing(own);
    JavaProcess plain =
        shop.world()
            .start(
                "plain-users",
                new JavaProcess.Program(
                    String.join(java.io.File.pathSeparator, without),
                    "io.inmesh.examples.shop.users.Users"),
                List.of("-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                List.of());
    try {
      int port = Integer.parseInt(plain.ready(World.PATIENCE.multipliedBy(2)).get("port"));
      try (var customer = new Customer(java.net.URI.create("http://127.0.0.1:" + port))) {
        String ada = customer.send("GET", "/users/ada").body();
        Broken.unless(ada.contains("Ada"), "without the mesh: " + ada);
        try (var shopper = new Customer(shop.front())) {
          String same = shopper.send("GET", "/api/users/ada").body();
          Broken.unless(same.equals(ada), "in the mesh: " + same);
        }
      }
    } finally {
      plain.close();
    }
    return read
        + " classes name nothing of ours; the same answer without our "
        + ours
        + " jars and with them";
  }

  private static int namesNothing(Path jar) throws IOException, Broken {
    int read = 0;
    try (var file = new ZipFile(jar.toFile())) {
      for (ZipEntry entry : file.stream().map(ZipEntry.class::cast).toList()) {
        String name = entry.getName();
        if (APPLICATIONS.stream().anyMatch(it -> name.startsWith(OWN + it))) {
          String text =
              new String(file.getInputStream(entry).readAllBytes(), StandardCharsets.ISO_8859_1);
          Broken.unless(
              !text.replace(OWN, "").contains("io/inmesh"), name + " names something of ours");
          read++;
        }
      }
    }
    Broken.unless(read >= APPLICATIONS.size(), "only " + read + " classes were found");
    return read;
  }
}
