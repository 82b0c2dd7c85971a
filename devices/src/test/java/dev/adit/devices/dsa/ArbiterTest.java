package dev.adit.devices.dsa;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** Engines are shared by time, whatever the descriptors are like. */
final class ArbiterTest {
  private static final Limits LIMITS = new Limits(0, 0, 0, 0, false, false, false);
  private final MemorySegment descriptor = MemorySegment.ofArray(new long[9]);
  private long clock;

  private static WorkQueue queue(int index, int weight) {
    WorkQueue queue = new WorkQueue(index, 64);
    queue.enable(new QueueConfig(64, true, weight, false, 0, false, false, LIMITS, LIMITS));
    return queue;
  }

  /** Lets one engine work, both queues being full all the time. {@return time of the first} */
  private double share(WorkQueue a, long nanosA, WorkQueue b, long nanosB) {
    Arbiter arbiter = new Arbiter(new WorkQueue[] {a, b});
    long[] had = new long[2];
    while (had[0] + had[1] < 2000 * Math.max(nanosA, nanosB)) {
      a.offer(descriptor, 0, 0, 64);
      b.offer(descriptor, 0, 0, 64);
      WorkQueue next = arbiter.next(clock);
      assertThat(next).isNotNull();
      next.take(null, descriptor, Long.MAX_VALUE);
      long nanos = next == a ? nanosA : nanosB;
      clock += nanos;
      had[next.index] += nanos;
      arbiter.charge(nanos);
    }
    return (double) had[0] / (had[0] + had[1]);
  }

  @Test
  void shortAndLongDescriptorsGetTheSameTime() {
    assertThat(share(queue(0, 8), 1_000, queue(1, 8), 5_000_000)).isBetween(0.49, 0.51);
  }

  @Test
  void aWeightIsAShareOfTime() {
    assertThat(share(queue(0, 12), 40_000, queue(1, 4), 900_000)).isBetween(0.74, 0.76);
  }

  @Test
  void nobodySavesUpMoreThanALittle() {
    WorkQueue idle = queue(0, 8);
    WorkQueue busy = queue(1, 8);
    Arbiter arbiter = new Arbiter(new WorkQueue[] {idle, busy});
    for (int i = 0; i < 1000; i++) {
      busy.offer(descriptor, 0, 0, 64);
      WorkQueue next = arbiter.next(clock);
      assertThat(next).isSameAs(busy);
      busy.take(null, descriptor, Long.MAX_VALUE);
      arbiter.charge(1_000_000);
    }
    int inARow = 0;
    idle.offer(descriptor, 0, 0, 64);
    busy.offer(descriptor, 0, 0, 64);
    while (arbiter.next(clock) == idle) {
      arbiter.charge(1_000_000);
      inARow++;
    }
    assertThat(inARow).isBetween(1, 20);
  }

  @Test
  void aQueueThatKeepsItsShareOfEnginesBusyGetsNoMoreWhileOthersWantSome() {
    WorkQueue greedy = queue(0, 8);
    WorkQueue other = queue(1, 8);
    Engine[] engines = new Engine[4];
    greedy.serve(engines);
    other.serve(engines);
    Arbiter arbiter = new Arbiter(new WorkQueue[] {greedy, other});
    greedy.offer(descriptor, 0, 0, 64);
    greedy.serve(1, clock);
    greedy.serve(1, clock);
    assertThat(arbiter.next(clock)).as("alone it may have all").isSameAs(greedy);
    other.offer(descriptor, 0, 0, 64);
    assertThat(arbiter.next(clock)).isSameAs(other);
    other.serve(1, clock);
    other.serve(1, clock);
    assertThat(arbiter.next(clock)).as("both have their two").isNull();
  }
}
