package dev.adit.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.adit.interrupts.spec.Irte;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * An entry passes from one function to another while they send: vector and source lie in different
 * words, and neither function ever reaches the other's vector.
 */
@JCStressTest
@Outcome(id = "(0|65), (0|66)", expect = ACCEPTABLE, desc = "own vector, or blocked")
@Outcome(expect = FORBIDDEN, desc = "the vector of one with the source of the other")
@State
public class EntryChangeAgainstDelivery {
  private static final int NEXT = 0x6A01;
  private final Rig rig = new Rig();

  /** The entry belongs to the first function. */
  public EntryChangeAgainstDelivery() {
    rig.change(Irte.remapped(1, 65, 0).from(Rig.REQUESTER, 0));
  }

  /** Gives it to the next. */
  @Actor
  public void change() {
    rig.change(Irte.remapped(2, 66, 0).from(NEXT, 0));
  }

  /** Both send, one after the other. */
  @Actor
  public void send(II_Result result) {
    result.r1 = sent(Rig.REQUESTER);
    result.r2 = sent(NEXT);
  }

  private int sent(int requesterId) {
    dev.adit.interrupts.remap.Outcome outcome = rig.send(requesterId);
    return outcome.arrived() ? outcome.vector() : 0;
  }
}
