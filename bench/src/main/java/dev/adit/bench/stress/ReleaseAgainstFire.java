package dev.adit.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.adit.devices.dsa.spec.ImsEntry;
import dev.adit.interrupts.Message;
import dev.adit.interrupts.store.ImsArray;
import dev.adit.interrupts.store.ImsChip;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * After an entry was taken from its owner no message of it is under way: what the message names can
 * have a new owner.
 */
@JCStressTest
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "taken away before the message")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "arrived before the entry was taken away")
@Outcome(id = "0, 1", expect = FORBIDDEN, desc = "arrived after the entry was taken away")
@State
public class ReleaseAgainstFire {
  private final AtomicInteger arrived = new AtomicInteger();
  private final ImsArray store =
      new ImsArray(ImsEntry.FORMAT, 1, (_, _, _, _) -> arrived.getAndIncrement(), Rig.REQUESTER);
  private final ImsChip chip = new ImsChip(ImsEntry.FORMAT, store, 1);

  /** An entry in use. */
  public ReleaseAgainstFire() {
    chip.store(0, new Message(0xFEE0_0000L, Rig.VECTOR));
    chip.mask(0, false);
  }

  /** Completes. */
  @Actor
  public void send() {
    boolean _ = store.complete(0, dev.adit.interrupts.MessageStore.NO_PASID);
  }

  /** Takes the entry away, and counts at once. */
  @Actor
  public void release(II_Result result) {
    chip.clear(0);
    result.r1 = arrived.get();
  }

  /** Counts in the end. */
  @Arbiter
  public void count(II_Result result) {
    result.r2 = arrived.get();
  }
}
