package dev.adit.interrupts.remap;

import static dev.adit.interrupts.spec.PostedDescriptor.CONTROL;
import static dev.adit.interrupts.spec.PostedDescriptor.NDST;
import static dev.adit.interrupts.spec.PostedDescriptor.NV;
import static dev.adit.interrupts.spec.PostedDescriptor.ON;
import static dev.adit.interrupts.spec.PostedDescriptor.SN;

import dev.adit.interrupts.GuestMemory;
import dev.adit.interrupts.InterruptBus;
import dev.adit.interrupts.remap.Outcome.Kind;
import dev.adit.interrupts.spec.FaultReason;
import dev.adit.interrupts.spec.Field.Access;
import dev.adit.interrupts.spec.PostedDescriptor;
import java.lang.invoke.VarHandle;

/**
 * Puts interrupts into posted-interrupt descriptors (VT-d 5.2.3, 5.2.4).
 *
 * <p>The specification has one atomic update of the 64 bytes; two of 8 bytes do the same for anyone
 * who follows its protocol: first the PIR bit, a full fence, then ON. Whoever drains clears ON
 * first and then takes the PIR words. If the drain misses the bit, its clearing of ON came before
 * the bit was set, so ON is found clear here and is set and notified again.
 *
 * <p>An interrupt whose bit is set already merges with the one that set it, and writes nothing:
 * senders to a guest that is slow to take its interrupts share the descriptor's line instead of
 * passing it on. The bit is looked at behind a full fence. If it was set then, whoever takes it
 * does so later, and sees what the sender had written before.
 */
record Posting(GuestMemory memory, InterruptBus bus) {
  private static final long RESERVED = PostedDescriptor.LAYOUT.mask(Access.RSVD, 4);
  private static final long RESERVED_XAPIC = RESERVED | NDST.of(0xFFFF_00FF);

  /**
   * Posts a vector.
   *
   * @param at the descriptor's address
   * @param index the entry that led there, for the outcome
   * @param fpd whether that entry suppresses reports
   */
  long post(long at, int vector, boolean urgent, int index, boolean fpd, boolean extendedMode) {
    if (!memory.holds(at, PostedDescriptor.BYTES)) {
      return Outcome.fault(FaultReason.DESCRIPTOR_ACCESS, index, fpd);
    }
    long reserved =
        (memory.getLong(at + CONTROL) & (extendedMode ? RESERVED : RESERVED_XAPIC))
            | memory.getLong(at + 40)
            | memory.getLong(at + 48)
            | memory.getLong(at + 56);
    if (reserved != 0) {
      return Outcome.fault(FaultReason.DESCRIPTOR_RESERVED, index, fpd);
    }
    set(at + PostedDescriptor.pirWord(vector), PostedDescriptor.pirBit(vector));
    while (true) {
      long control = memory.getLong(at + CONTROL);
      if (ON.isSet(control) || (SN.isSet(control) && !urgent)) {
        return Outcome.delivered(Kind.POSTED, index, 0, vector);
      }
      if (memory.compareAndSet(at + CONTROL, control, ON.set(control, 1))) {
        int field = (int) NDST.get(control);
        int destination = extendedMode ? field : (field >>> 8) & 0xFF;
        bus.notify(destination, (int) NV.get(control), at);
        return Outcome.delivered(Kind.NOTIFIED, index, destination, vector);
      }
    }
  }

  /** Sets a bit, unless it is set and stays so beyond everything that was written before. */
  private void set(long word, long bit) {
    if ((memory.getLong(word) & bit) != 0) {
      VarHandle.fullFence();
      if ((memory.getLong(word) & bit) != 0) {
        return;
      }
    }
    memory.getAndOr(word, bit);
  }
}
