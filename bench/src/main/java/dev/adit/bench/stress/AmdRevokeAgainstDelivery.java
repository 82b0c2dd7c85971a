package dev.adit.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.adit.interrupts.spec.AmdIrte;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** After an entry of an AMD table was revoked nothing is delivered by it, cached or not. */
@JCStressTest
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "revoked before the message")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "delivered before the revocation was done")
@Outcome(expect = FORBIDDEN, desc = "delivered after the revocation was done")
@State
public class AmdRevokeAgainstDelivery {
  private final AmdRig rig = new AmdRig();

  /** An entry that the unit has to read first. */
  public AmdRevokeAgainstDelivery() {
    rig.change(AmdIrte.remapped(1, 0x41, false, false));
  }

  /** Sends. */
  @Actor
  public void send() {
    rig.send();
  }

  /** Revokes, and counts at once. */
  @Actor
  public void revoke(II_Result result) {
    rig.revoke();
    result.r1 = rig.delivered.get();
  }

  /** Counts in the end. */
  @Arbiter
  public void count(II_Result result) {
    result.r2 = rig.delivered.get();
  }
}
