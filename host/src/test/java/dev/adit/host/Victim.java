package dev.adit.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.machine.DsaExercise;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A decent guest at work: drives every operation in a circle, checks every result and waits for
 * every interrupt, until it is stopped.
 */
final class Victim implements AutoCloseable {
  final Guest guest;
  private final List<String> failures = Collections.synchronizedList(new ArrayList<>());
  private final Thread thread;
  private final AtomicLong rounds = new AtomicLong();
  private volatile boolean stopped;

  private Victim(Guest guest, long seed) {
    this.guest = guest;
    DsaExercise exercise =
        new DsaExercise(guest.pci, guest.queues.getFirst(), guest.driver.operations(), seed);
    thread = Thread.ofPlatform().name("victim").start(() -> work(exercise));
  }

  static Victim start(VirtualDevice device, long seed) {
    return new Victim(Guest.of(device, Dsa.profile(device).entries()), seed);
  }

  private void work(DsaExercise exercise) {
    try {
      while (!stopped) {
        exercise.run(1, outcome -> failures.addAll(outcome.failures()));
        rounds.incrementAndGet();
      }
    } catch (RuntimeException e) {
      failures.add(String.valueOf(e));
    }
  }

  /** Waits until it has been through all operations so often since now. */
  void await(long more) {
    long until = rounds.get() + more;
    Rig.eventually(() -> rounds.get() >= until || !failures.isEmpty());
  }

  /** Says that everything has gone well, and stops. */
  void verify() throws InterruptedException {
    await(2);
    stopped = true;
    thread.join(120_000);
    assertThat(thread.isAlive()).as("the victim is stuck").isFalse();
    assertThat(failures).isEmpty();
    assertThat(guest.driver.errors()).isEmpty();
  }

  @Override
  public void close() {
    stopped = true;
    guest.close();
  }
}
