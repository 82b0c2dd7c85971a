package dev.adit.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.adit.devices.dsa.spec.ImsEntry;
import dev.adit.interrupts.Cookie;
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
 * Work that was admitted while an entry had one owner is done while it passes to the next: the next
 * owner's message is not sent by it, neither at once nor as one that was pending.
 */
@JCStressTest
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "too late: nobody's interrupt")
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "the first owner's interrupt")
@Outcome(expect = FORBIDDEN, desc = "the next owner was interrupted")
@State
public class HandOverAgainstComplete {
  private static final int FIRST = 7;
  private static final int NEXT = 8;

  private final AtomicInteger toFirst = new AtomicInteger();
  private final AtomicInteger toNext = new AtomicInteger();
  private final ImsArray store =
      new ImsArray(
          ImsEntry.FORMAT,
          1,
          (_, data, _, _) -> (data == FIRST ? toFirst : toNext).getAndIncrement(),
          Rig.REQUESTER);
  private final ImsChip chip = new ImsChip(ImsEntry.FORMAT, store, 1);

  /** The entry is the first owner's, and open. */
  public HandOverAgainstComplete() {
    give(FIRST);
  }

  private void give(int pasid) {
    chip.bind(0, Cookie.of(pasid, pasid));
    chip.store(0, new Message(0xFEE0_1000L, pasid));
    chip.mask(0, false);
  }

  /** The first owner's work is done. */
  @Actor
  public void complete() {
    boolean _ = store.complete(0, FIRST);
  }

  /** The entry is masked, taken from its owner and given to the next. */
  @Actor
  public void handOver() {
    chip.mask(0, true);
    chip.clear(0);
    give(NEXT);
  }

  /** Counts. */
  @Arbiter
  public void count(II_Result result) {
    result.r1 = toFirst.get();
    result.r2 = toNext.get();
  }
}
