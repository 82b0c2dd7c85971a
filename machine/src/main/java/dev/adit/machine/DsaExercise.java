package dev.adit.machine;

import dev.adit.devices.dsa.spec.Status;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Drives every operation that a function offers through one of its queues, on random data, and
 * checks every result against a calculation of its own.
 */
public final class DsaExercise {
  private final DsaQueue queue;
  private final long operations;
  private final DsaWork work;

  /**
   * What became of one operation.
   *
   * @param operation its name
   * @param done how often it was run
   * @param interrupts how many completion interrupts came meanwhile
   * @param failures what went wrong, empty if nothing did
   */
  public record Outcome(String operation, int done, long interrupts, List<String> failures) {}

  /**
   * Prepares an exercise.
   *
   * @param operations bit n set for each opcode n to try
   * @param seed of the random data: the same seed does the same work
   */
  public DsaExercise(PciDevice device, DsaQueue queue, long operations, long seed) {
    this.queue = queue;
    this.operations = operations;
    this.work = new DsaWork(device, new Random(seed));
  }

  /** Tries each operation offered {@code rounds} times, and tells of each as it is done. */
  public void run(int rounds, Consumer<Outcome> told) {
    for (DsaTrial trial : DsaTrial.all()) {
      if ((operations >>> trial.opcode().code() & 1) != 0) {
        told.accept(run(trial, rounds));
      }
    }
  }

  private Outcome run(DsaTrial trial, int rounds) {
    List<String> failures = new ArrayList<>();
    long before = queue.interrupt().count();
    for (int i = 0; i < rounds; i++) {
      work.begin(trial.opcode(), DsaTrial.MAX_SIZE);
      trial.prepare().accept(work);
      MemorySegment record = queue.run(work.descriptor);
      int status = DsaQueue.status(record);
      if (status != Status.SUCCESS) {
        failures.add(
            "size %d: status 0x%02x (%s)".formatted(work.size, status, Status.text(status)));
      } else if (!trial.verify().test(work, record)) {
        failures.add("size %d: wrong result".formatted(work.size));
      }
    }
    long interrupts = queue.interrupt().count() - before;
    return new Outcome(trial.opcode().text(), rounds, interrupts, failures);
  }
}
