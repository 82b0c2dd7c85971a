package dev.adit.cli.demo;

import dev.adit.machine.DsaDriver;
import dev.adit.machine.DsaExercise;
import dev.adit.machine.DsaQueue;
import dev.adit.machine.SocketPciDevice;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * The driver's process of {@code adit demo}: arguments are socket, rounds and seed; prints one line
 * for each operation.
 */
public final class DemoDriver {
  private static final long MEMORY = 16 << 20;
  private static final int ENTRIES = 32;

  private DemoDriver() {}

  /**
   * What became of one operation, as it goes from process to process.
   *
   * @param operation its name
   * @param done how often it was run
   * @param interrupts how many completion interrupts came
   * @param failures how many results were wrong
   * @param first what the first wrong one was, empty if there is none
   */
  record Line(String operation, int done, long interrupts, int failures, String first) {
    private static final String SEPARATOR = "\t";

    static Line parse(String text) {
      List<String> parts = List.of(text.split(SEPARATOR, -1));
      if (parts.size() != 5) {
        throw new IllegalArgumentException("not a line of the driver: " + text);
      }
      return new Line(
          parts.get(0),
          Integer.parseInt(parts.get(1)),
          Long.parseLong(parts.get(2)),
          Integer.parseInt(parts.get(3)),
          parts.get(4));
    }

    String text() {
      return String.join(SEPARATOR, operation, "" + done, "" + interrupts, "" + failures, first);
    }
  }

  /** Runs the exercise. */
  public static void main(String[] args) {
    Path socket = Path.of(args[0]);
    int rounds = Integer.parseInt(args[1]);
    long seed = Long.parseLong(args[2]);
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    try (SocketPciDevice device = SocketPciDevice.connect(socket, MEMORY);
        DsaDriver driver = DsaDriver.probe(device)) {
      DsaQueue queue = driver.enable(Math.min(ENTRIES, driver.totalSize())).getFirst();
      DsaExercise exercise = new DsaExercise(device, queue, driver.operations(), seed);
      exercise.run(
          rounds,
          outcome -> {
            List<String> failures = outcome.failures();
            String first = failures.isEmpty() ? "" : failures.getFirst();
            out.println(
                new Line(
                        outcome.operation(),
                        outcome.done(),
                        outcome.interrupts(),
                        failures.size(),
                        first)
                    .text());
          });
      driver.disable();
    }
  }
}
