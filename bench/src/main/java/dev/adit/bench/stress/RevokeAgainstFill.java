package dev.adit.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.adit.interrupts.remap.VtdUnit;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** As {@link RevokeAgainstDelivery}, while the unit reads the entry from memory. */
@JCStressTest
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "revoked before the message")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "posted before the revocation was done")
@Outcome(id = "0, 1", expect = FORBIDDEN, desc = "posted after the revocation was done")
@State
public class RevokeAgainstFill {
  private final Rig rig = new Rig();

  /** An entry that the unit has to fetch first; see {@link VtdUnit}. */
  public RevokeAgainstFill() {
    rig.change(Rig.posted());
  }

  /** Sends. */
  @Actor
  public void send() {
    rig.send(Rig.REQUESTER);
  }

  /** Revokes, and looks at the descriptor at once. */
  @Actor
  public void revoke(II_Result result) {
    rig.revoke();
    result.r1 = rig.set();
  }

  /** Looks at the descriptor in the end. */
  @Arbiter
  public void look(II_Result result) {
    result.r2 = rig.set();
  }
}
