package dev.adit.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * An interrupt whose bit is set already, posted while the descriptor is drained: whoever takes the
 * bit sees the record that was written before, or is notified again.
 */
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "merged: the drain under way sees the record")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "seen, and the bit is set again")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "too late for this drain, set for the next")
@Outcome(id = "0, 0", expect = FORBIDDEN, desc = "taken without the record, and nobody knows")
@State
public class MergeAgainstDrain {
  private final Rig rig = new Rig();
  private int record;

  /** The same interrupt was sent before, and not taken yet. */
  public MergeAgainstDrain() {
    rig.change(Rig.posted());
    rig.send(Rig.REQUESTER);
  }

  /** A completion: its record, then its interrupt. */
  @Actor
  public void complete() {
    record = 1;
    rig.send(Rig.REQUESTER);
  }

  /** Takes the interrupt and looks at the record. */
  @Actor
  public void drain(II_Result result) {
    int _ = rig.drain();
    result.r1 = record;
  }

  /** Whether there is an interrupt to be taken. */
  @Arbiter
  public void look(II_Result result) {
    result.r2 = rig.set();
  }
}
