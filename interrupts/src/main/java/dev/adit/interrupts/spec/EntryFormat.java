package dev.adit.interrupts.spec;

/**
 * What a kind of store makes of the control word of a {@link MessageEntry}, beyond the mask, and of
 * its address: the part that each device's specification settles for itself. A device that keeps
 * its messages in a store declares its format once, as data; device, driver and hypervisor read it.
 *
 * @param pending the bit that shows a message waiting, read only; 0 if the store shows it elsewhere
 * @param ignore the bit that keeps completions from being signalled; 0 if there is none
 * @param pasidEnable the bit that makes an entry a PASID's own; 0 if the store knows no PASIDs
 * @param pasidShift the PASID lies in bits 31 to this, 12 or more
 * @param resetAddress the address after reset
 * @param fixedAddress bits of the address that are those of {@code resetAddress} for good: a write
 *     that would change one of them is ignored as a whole
 */
public record EntryFormat(
    int pending,
    int ignore,
    int pasidEnable,
    int pasidShift,
    long resetAddress,
    long fixedAddress) {
  /** Stands for an entry that is no PASID's. */
  public static final int NO_PASID = -1;

  /** An MSI-X table: pending bits in an array of their own, no PASIDs, any address. */
  public static final EntryFormat MSIX = new EntryFormat(0, 0, 0, 12, 0, 0);

  /** Checks that a PASID fits. */
  public EntryFormat {
    if (pasidShift < 12 || pasidShift > 31) {
      throw new IllegalArgumentException("a PASID of 20 bits at most from bit " + pasidShift);
    }
  }

  /** {@return the bits of a control word that software sets} */
  public int writable() {
    return MessageEntry.MASK | ignore | owners();
  }

  /** {@return the bits of a control word that say whose the entry is} */
  public int owners() {
    return pasidEnable == 0 ? 0 : pasidEnable | -1 << pasidShift;
  }

  /** {@return the PASID that an entry belongs to, or {@link #NO_PASID}} */
  public int owner(int control) {
    return (control & pasidEnable) != 0 ? control >>> pasidShift : NO_PASID;
  }

  /** {@return the bits of a control word that make an entry a PASID's, or nobody's} */
  public int owned(int pasid) {
    return pasid == NO_PASID || pasidEnable == 0 ? 0 : pasidEnable | pasid << pasidShift;
  }

  /** {@return the address of an entry after a write to it} */
  public long address(long old, long written) {
    return admits(written) ? written & ~3L : old;
  }

  /** {@return whether an address can be stored at all} */
  public boolean admits(long written) {
    return ((written ^ resetAddress) & fixedAddress) == 0;
  }
}
