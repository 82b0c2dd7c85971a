package dev.adit.devices.iaa;

import dev.adit.devices.Dma;
import dev.adit.devices.dsa.Architecture;
import dev.adit.devices.dsa.DsaProfile;
import dev.adit.devices.dsa.Executor;
import dev.adit.devices.iaa.spec.IaaOpcode;

/** The In-Memory Analytics Accelerator among the accelerators with DSA's registers. */
public enum IaaArchitecture implements Architecture {
  /** The only one. */
  IAA;

  private static final int HIGH = 0x40;
  private static final int BITS = 32;
  private static final long LOW_MASK = 0xFFFF_FFFFL;
  private static final int TRANSFER_SHIFT = 21;

  /** {@return a function of 8 queues, 8 engines and 128 entries} */
  public static DsaProfile physical() {
    long operations = 0;
    for (IaaOpcode opcode : IaaOpcode.values()) {
      operations |= bit(opcode);
    }
    return DsaProfile.physical()
        .as(IAA, operations)
        .withBounds(TRANSFER_SHIFT, 0)
        .withoutCounters();
  }

  /** {@return an operation as a bit of the mask of operations} */
  static long bit(IaaOpcode opcode) {
    int code = opcode.code();
    return 1L << (code < BITS ? code : code - HIGH + BITS);
  }

  @Override
  public String family() {
    return "iaa";
  }

  @Override
  public int device() {
    return 0x0CFE;
  }

  @Override
  public long opcap(int index, long operations) {
    return index == 0 ? operations & LOW_MASK : operations >>> BITS;
  }

  @Override
  public long operations(long opcap0, long opcap1) {
    return (opcap0 & LOW_MASK) | (opcap1 << BITS);
  }

  @Override
  public String operation(int opcode) {
    IaaOpcode known = IaaOpcode.of(opcode);
    return known == null ? "0x%02x".formatted(opcode) : known.text();
  }

  @Override
  public int recordBytes() {
    return 64;
  }

  @Override
  public int logEntryBytes() {
    return 128;
  }

  @Override
  public Executor executor(Dma.View view, Runnable between) {
    return new IaaExecutor(view);
  }
}
