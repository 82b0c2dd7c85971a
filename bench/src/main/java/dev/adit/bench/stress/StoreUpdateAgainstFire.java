package dev.adit.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.adit.devices.dsa.spec.ImsEntry;
import dev.adit.interrupts.MessageSink;
import dev.adit.interrupts.store.ImsArray;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A message in flight is the old pair or the new one. */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "the old pair")
@Outcome(id = "2, 2", expect = ACCEPTABLE, desc = "the new pair")
@Outcome(expect = FORBIDDEN, desc = "a mix, or nothing")
@State
public class StoreUpdateAgainstFire implements MessageSink {
  private final ImsArray store = new ImsArray(ImsEntry.FORMAT, 1, this, Rig.REQUESTER);
  private volatile long address;
  private volatile int data;

  /** The old pair. */
  public StoreUpdateAgainstFire() {
    write(1);
  }

  private void write(int pair) {
    store.write(0, 8, 0xFEE0_0000L | (pair << 12));
    store.write(8, 8, pair);
  }

  @Override
  public void send(long to, int with, int requesterId, int pasid) {
    address = to;
    data = with;
  }

  /** Writes the new pair. */
  @Actor
  public void update() {
    write(2);
  }

  /** Fires. */
  @Actor
  public void fire() {
    store.fire(0);
  }

  /** Looks what was sent. */
  @Arbiter
  public void look(II_Result result) {
    result.r1 = (int) (address >>> 12) & 0xFF;
    result.r2 = data;
  }
}
