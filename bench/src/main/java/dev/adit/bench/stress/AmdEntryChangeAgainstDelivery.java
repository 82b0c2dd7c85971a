package dev.adit.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.adit.interrupts.spec.AmdIrte;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** An entry of an AMD table changes, in both words, while it is used: no message gets a mix. */
@JCStressTest
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "blocked while the entry was absent")
@Outcome(id = "1, 65", expect = ACCEPTABLE, desc = "the old entry")
@Outcome(id = "2, 66", expect = ACCEPTABLE, desc = "the new entry")
@Outcome(expect = FORBIDDEN, desc = "the destination of one with the vector of the other")
@State
public class AmdEntryChangeAgainstDelivery {
  private final AmdRig rig = new AmdRig();

  /** The old entry. */
  public AmdEntryChangeAgainstDelivery() {
    rig.change(AmdIrte.remapped(1, 65, false, false));
  }

  /** Writes the new one. */
  @Actor
  public void change() {
    rig.change(AmdIrte.remapped(2, 66, false, false));
  }

  /** Sends. */
  @Actor
  public void send(II_Result result) {
    dev.adit.interrupts.remap.Outcome outcome = rig.send();
    if (outcome.arrived()) {
      result.r1 = outcome.destination();
      result.r2 = outcome.vector();
    }
  }
}
