package dev.adit.cli.inspect;

import dev.adit.pci.PciAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Writes the dump of 1,000 functions that docs/performance.md measures with. */
final class InspectDump {
  private static final int FUNCTIONS = 1000;

  private InspectDump() {}

  /** Writes the dump to the file that is the only argument. */
  public static void main(String[] args) throws IOException {
    Random random = new Random(1);
    Map<PciAddress, byte[]> functions = new TreeMap<>();
    for (int i = 0; i < FUNCTIONS; i++) {
      byte[] bytes =
          i % 2 == 0
              ? EmulatedFunctions.dsa().snapshot()
              : EmulatedFunctions.random(random).snapshot();
      functions.put(PciAddress.of(0, (1 << 8) + (i << 3)), bytes);
    }
    Files.writeString(Path.of(args[0]), Lspci.dump(functions));
  }
}
