package dev.adit.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.adit.devices.dsa.spec.ImsEntry;
import dev.adit.interrupts.Message;
import dev.adit.interrupts.spec.RemappableMessage;
import dev.adit.interrupts.store.ImsArray;
import dev.adit.interrupts.store.ImsChip;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * As {@link ReleaseAgainstFire}, where the store hands its messages straight to the remapping unit
 * and one slot serves both: once the entry was taken away, what it named can have a new owner,
 * though nobody has invalidated anything.
 */
@JCStressTest
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "taken away before the message")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "posted before the entry was taken away")
@Outcome(id = "0, 1", expect = FORBIDDEN, desc = "posted after the entry was taken away")
@State
public class StraightReleaseAgainstFire {
  private final Rig rig = new Rig();
  private final ImsArray store = new ImsArray(ImsEntry.FORMAT, 1, rig.unit, Rig.REQUESTER);
  private final ImsChip chip = new ImsChip(ImsEntry.FORMAT, store, 1);

  /** An entry in use, which the unit has cached. */
  public StraightReleaseAgainstFire() {
    rig.change(Rig.posted());
    rig.send(Rig.REQUESTER);
    rig.drain();
    RemappableMessage message = RemappableMessage.of(0);
    chip.store(0, new Message(message.address(), message.data()));
    chip.mask(0, false);
  }

  /** Fires. */
  @Actor
  public void fire() {
    store.fire(0);
  }

  /** Takes the entry away, and looks at once. */
  @Actor
  public void release(II_Result result) {
    chip.clear(0);
    result.r1 = rig.set();
  }

  /** Looks in the end. */
  @Arbiter
  public void look(II_Result result) {
    result.r2 = rig.set();
  }
}
