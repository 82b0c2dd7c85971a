package dev.adit.interrupts.spec;

/**
 * The numbers of Adit's hypercall for interrupt messages; docs/hypercall-abi.md is the document. A
 * call has six 64-bit registers: the number and five arguments go in, the status and up to five
 * results come out.
 */
public final class HypercallAbi {
  /** CPUID leaf: EAX is the highest version, the rest the signature. */
  public static final int LEAF = 0x4000_0A00;

  /** The signature in EBX, ECX and EDX of {@link #LEAF}: "AditIrqCall" and a zero byte. */
  public static final int SIGNATURE_EBX = 0x7469_6441;

  public static final int SIGNATURE_ECX = 0x4371_7249;
  public static final int SIGNATURE_EDX = 0x006C_6C61;

  /** The version that is described here. */
  public static final int VERSION = 1;

  /** Feature: stores that cannot be trapped are served. */
  public static final long FEATURE_QUEUE_STORE = 1;

  /** Feature: the guest may hold messages of sub-devices; the remapper tells PASIDs apart. */
  public static final long FEATURE_SUB_DEVICES = 1 << 1;

  /** Registers of a call. */
  public static final int REGISTERS = 6;

  /** In: the guest's version. Out: the agreed version, the features. */
  public static final int NEGOTIATE = 0;

  /** In: requester ID, processor, vector, PASID or all ones, 0. Out: id, address, data. */
  public static final int ALLOCATE = 1;

  /** In: id, processor, vector. Out: address, data, 1 if they have changed. */
  public static final int RETARGET = 2;

  /** In: id. */
  public static final int RELEASE = 3;

  /** Statuses. */
  public static final int OK = 0;

  public static final int NO_SUCH_CALL = 1;
  public static final int NOT_NEGOTIATED = 2;
  public static final int NO_SUCH_DEVICE = 3;
  public static final int NO_SUCH_TARGET = 4;
  public static final int BAD_PASID = 5;
  public static final int NOT_ISOLATED = 6;
  public static final int QUOTA = 7;
  public static final int EXHAUSTED = 8;
  public static final int NO_SUCH_ID = 9;
  public static final int BAD_ARGUMENT = 10;

  private HypercallAbi() {}
}
