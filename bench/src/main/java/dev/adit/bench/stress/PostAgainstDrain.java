package dev.adit.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** An interrupt posted while the descriptor is drained is taken, or notified again. */
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "taken by the drain under way")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "notified for the next drain")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "taken, and a drain that will find nothing")
@Outcome(id = "0, 0", expect = FORBIDDEN, desc = "set, and nobody knows")
@State
public class PostAgainstDrain {
  private final Rig rig = new Rig();

  /** A notification is outstanding. */
  public PostAgainstDrain() {
    rig.change(Rig.posted());
    rig.outstanding();
  }

  /** Posts. */
  @Actor
  public void post() {
    rig.send(Rig.REQUESTER);
  }

  /** Drains. */
  @Actor
  public void drain(II_Result result) {
    result.r1 = rig.drain();
  }

  /** Counts notifications. */
  @Arbiter
  public void count(II_Result result) {
    result.r2 = rig.notified.get();
  }
}
