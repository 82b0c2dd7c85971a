package dev.adit.bench;

import dev.adit.devices.Figure;
import dev.adit.devices.dsa.DsaProfile;
import dev.adit.devices.dsa.DsaType;
import dev.adit.devices.dsa.lend.DsaModel;
import dev.adit.host.DevicePlan;
import dev.adit.host.FunctionPlan;
import dev.adit.host.Registry;
import dev.adit.host.VirtualDevice;
import dev.adit.vfiouser.EventLoops;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * What a guest loses to a neighbour that floods the engines they share: descriptors a second alone,
 * beside another one that does the same as it, and beside the flood; and its share of the engines'
 * time. Run by {@code bench/fairness}.
 */
public final class Fairness {
  private static final int DEPTH = 16;
  private static final int WQS = 8;
  private static final int ENTRIES = 128;
  private static final int[] SIZES = {16 << 10, 256 << 10, 1 << 20};

  private final Path folder;
  private final EventLoops loops;
  private final long nanos;
  private final int rounds;
  private final int attack;

  private Fairness(Path folder, EventLoops loops, long nanos, int rounds, int attack) {
    this.folder = folder;
    this.loops = loops;
    this.nanos = nanos;
    this.rounds = rounds;
    this.attack = attack;
  }

  /**
   * Arguments: milliseconds of each measurement, rounds, bytes of each move of the flood (default:
   * 1500 3 8388608).
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    long millis = args.length > 0 ? Long.parseLong(args[0]) : 1500;
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 3;
    int attack = args.length > 2 ? Integer.parseInt(args[2]) : 8 << 20;
    Path folder = Files.createTempDirectory("fairness");
    try (EventLoops loops = EventLoops.start(2, EventLoops.Idle.BLOCK)) {
      Fairness fairness = new Fairness(folder, loops, millis * 1_000_000, rounds, attack);
      System.out.println(
          "| type | engines | victim | alone /s | beside its like /s | beside a flood /s | of the"
              + " half | of its like | engine time |");
      System.out.println("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
      for (String type : new String[] {"1dwq", "1swq"}) {
        for (int engines = 1; engines <= 2; engines++) {
          for (int size : SIZES) {
            fairness.measure(DsaType.parse(type).orElseThrow(), engines, size);
          }
        }
      }
    } finally {
      Files.delete(folder);
    }
  }

  /** One line of the table: medians, and the least of all rounds in brackets. */
  private void measure(DsaType type, int engines, int size) throws InterruptedException {
    double[] alone = new double[rounds];
    double[] beside = new double[rounds];
    double[] equal = new double[rounds];
    double[] ratio = new double[rounds];
    double[] toEqual = new double[rounds];
    double[] share = new double[rounds];
    DsaProfile profile = DsaProfile.physical().withSizes(WQS, ENTRIES, 1, engines);
    try (Registry registry = new Registry(loops)) {
      registry.add(new FunctionPlan("dsa0", DsaModel.even(profile, 1))).orThrow();
      VirtualDevice victim = start(registry, "victim", type);
      VirtualDevice attacker = start(registry, "attacker", type);
      try (Flood _ = new Flood(victim, DEPTH, size)) {
        Thread.sleep(nanos / 1_000_000);
        for (int round = 0; round < rounds; round++) {
          alone[round] = rate(victim);
          try (Flood _ = new Flood(attacker, DEPTH, size)) {
            Thread.sleep(300);
            equal[round] = rate(victim);
          }
          try (Flood _ = new Flood(attacker, DEPTH, attack)) {
            Thread.sleep(300);
            long mine = counted(victim, "engineNanos");
            long theirs = counted(attacker, "engineNanos");
            beside[round] = rate(victim);
            mine = counted(victim, "engineNanos") - mine;
            theirs = counted(attacker, "engineNanos") - theirs;
            share[round] = (double) mine / (mine + theirs);
          }
          ratio[round] = beside[round] / alone[round] * 2;
          toEqual[round] = beside[round] / equal[round];
        }
      }
    }
    System.out.printf(
        "| %s | %d | %d KiB | %.0f | %.0f | %.0f | %.2f (%.2f) | %.2f (%.2f) | %.2f (%.2f) |%n",
        type,
        engines,
        size >> 10,
        median(alone),
        median(equal),
        median(beside),
        median(ratio),
        least(ratio),
        median(toEqual),
        least(toEqual),
        median(share),
        least(share));
  }

  private VirtualDevice start(Registry registry, String name, DsaType type) {
    return registry.start(DevicePlan.of(name, type.toString(), folder.resolve(name))).orThrow();
  }

  /** {@return descriptors a second, over the time of a measurement} */
  private double rate(VirtualDevice device) throws InterruptedException {
    long before = counted(device, "completed");
    long start = System.nanoTime();
    Thread.sleep(nanos / 1_000_000);
    return (counted(device, "completed") - before) * 1e9 / (System.nanoTime() - start);
  }

  private static long counted(VirtualDevice device, String key) {
    return device.figures().stream()
        .filter(figure -> figure.key().equals(key))
        .mapToLong(figure -> ((Figure.One) figure).value())
        .sum();
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static double least(double[] values) {
    return Arrays.stream(values).min().orElse(0);
  }
}
