package dev.adit.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.adit.devices.dsa.spec.ImsEntry;
import dev.adit.interrupts.store.ImsArray;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** An entry that fires while it is masked sends or becomes pending, one of the two. */
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "sent before the mask")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "pending behind the mask")
@Outcome(expect = FORBIDDEN, desc = "lost, or both")
@State
public class MaskAgainstFire {
  private final AtomicInteger sent = new AtomicInteger();
  private final ImsArray store =
      new ImsArray(ImsEntry.FORMAT, 1, (_, _, _, _) -> sent.getAndIncrement(), Rig.REQUESTER);

  /** Unmasked. */
  public MaskAgainstFire() {
    store.write(12, 4, 0);
  }

  /** Fires. */
  @Actor
  public void fire() {
    store.fire(0);
  }

  /** Masks. */
  @Actor
  public void mask() {
    store.write(12, 4, 1);
  }

  /** Counts. */
  @Arbiter
  public void count(II_Result result) {
    result.r1 = sent.get();
    result.r2 = store.pending(0) ? 1 : 0;
  }
}
