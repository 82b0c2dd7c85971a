package dev.adit.interrupts.spec;

import static dev.adit.interrupts.spec.Field.bit;
import static dev.adit.interrupts.spec.Field.bits;
import static dev.adit.interrupts.spec.Field.reserved;

/**
 * A descriptor in the invalidation queue, 128 bits (VT-d 6.5.2).
 *
 * @param lo bits 63:0
 * @param hi bits 127:64
 */
public record InvalidationDescriptor(long lo, long hi) {
  /** Bytes of a descriptor. */
  public static final int BYTES = 16;

  /** The types: what is to be invalidated, or that software waits. */
  public static final int CONTEXT = 1;

  public static final int IOTLB = 2;
  public static final int DEVICE_TLB = 3;
  public static final int INTERRUPT_ENTRY = 4;
  public static final int WAIT = 5;

  private static final Field TYPE = bits("TYPE", 3, 0);
  private static final Field G = bit("G", 4);
  private static final Field TYPE_HIGH = bits("TYPE6_4", 11, 9);
  private static final Field IM = bits("IM", 31, 27);
  private static final Field IIDX = bits("IIDX", 47, 32);
  private static final Field IF = bit("IF", 4);
  private static final Field SW = bit("SW", 5);
  private static final Field FN = bit("FN", 6);
  private static final Field PD = bit("PD", 7);
  private static final Field STATUS = bits("STATUS", 63, 32);
  private static final Field STATUS_ADDRESS = bits("STATUSADDR63_2", 127, 66);

  /** Interrupt entry cache invalidation. */
  public static final Layout ENTRY_LAYOUT =
      Layout.of(
          "interrupt entry cache invalidation",
          128,
          TYPE,
          G,
          reserved(8, 5),
          TYPE_HIGH,
          reserved(26, 12),
          IM,
          IIDX,
          reserved(63, 48),
          reserved(127, 64));

  /** Invalidation wait. */
  public static final Layout WAIT_LAYOUT =
      Layout.of(
          "invalidation wait",
          128,
          TYPE,
          IF,
          SW,
          FN,
          PD,
          reserved(8, 8),
          TYPE_HIGH,
          reserved(31, 12),
          STATUS,
          reserved(65, 64),
          STATUS_ADDRESS);

  /** {@return the invalidation of all entries} */
  public static InvalidationDescriptor allEntries() {
    return new InvalidationDescriptor(TYPE.of(INTERRUPT_ENTRY), 0);
  }

  /** {@return the invalidation of the 2^mask entries that share an index's upper bits} */
  public static InvalidationDescriptor entries(int index, int mask) {
    return new InvalidationDescriptor(
        TYPE.of(INTERRUPT_ENTRY) | G.of(1) | IM.of(mask) | IIDX.of(index), 0);
  }

  /** {@return a wait that writes a status word to memory} */
  public static InvalidationDescriptor waitStatus(long address, int status) {
    return new InvalidationDescriptor(
        TYPE.of(WAIT) | SW.of(1) | STATUS.of(status), STATUS_ADDRESS.of(address >>> 2));
  }

  /** {@return a wait that raises the completion interrupt} */
  public static InvalidationDescriptor waitInterrupt() {
    return new InvalidationDescriptor(TYPE.of(WAIT) | IF.of(1), 0);
  }

  /** {@return the type, 7 bits} */
  public int type() {
    return (int) (TYPE.get(lo) | TYPE_HIGH.get(lo) << 4);
  }

  /** {@return entry invalidation: whether one index is selected} */
  public boolean indexSelective() {
    return G.isSet(lo);
  }

  /** {@return entry invalidation: how many low bits of the index are left out} */
  public int indexMask() {
    return (int) IM.get(lo);
  }

  /** {@return entry invalidation: the index} */
  public int index() {
    return (int) IIDX.get(lo);
  }

  /** {@return wait: whether the completion interrupt is wanted} */
  public boolean interrupt() {
    return IF.isSet(lo);
  }

  /** {@return wait: whether the status word is to be written} */
  public boolean statusWrite() {
    return SW.isSet(lo);
  }

  /** {@return wait: the status word} */
  public int status() {
    return (int) STATUS.get(lo);
  }

  /** {@return wait: where the status word goes, a multiple of 4} */
  public long statusAddress() {
    return STATUS_ADDRESS.get(hi) << 2;
  }

  /** {@return whether the bits that a layout reserves are 0} */
  public boolean reservedZero(Layout layout) {
    return (lo & layout.mask(Field.Access.RSVD, 0)) == 0
        && (hi & layout.mask(Field.Access.RSVD, 1)) == 0;
  }
}
