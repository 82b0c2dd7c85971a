package dev.adit.interrupts.remap;

import static dev.adit.interrupts.MessageStore.NO_PASID;

import dev.adit.interrupts.MessageStore;

/**
 * A request that a function sends upstream, with what decides whether it is an interrupt (VT-d
 * 3.15).
 *
 * @param kind what it wants
 * @param addressType what the address is, field AT
 * @param address the address
 * @param length bytes; 0 for a zero-length read
 * @param data the first DWORD of a write
 * @param requesterId the sender, 16 bits
 * @param pasid 20 bits or {@link MessageStore#NO_PASID}
 */
public record BusRequest(
    Kind kind,
    AddressType addressType,
    long address,
    int length,
    int data,
    int requesterId,
    int pasid) {
  /** What a request wants. */
  public enum Kind {
    WRITE,
    READ,
    ATOMIC
  }

  /** What the address of a request is. */
  public enum AddressType {
    /** An address to be translated. */
    UNTRANSLATED,
    /** The request asks for a translation (ATS). */
    TRANSLATION,
    /** The sender has translated the address already (ATS). */
    TRANSLATED
  }

  /** {@return a plain write of one DWORD} */
  public static BusRequest dword(long address, int data, int requesterId, int pasid) {
    return new BusRequest(
        Kind.WRITE, AddressType.UNTRANSLATED, address, 4, data, requesterId, pasid);
  }

  /** {@return whether the request carries a PASID} */
  public boolean tagged() {
    return pasid != NO_PASID;
  }

  /** {@return whether the request is the write of one aligned DWORD} */
  boolean isDwordWrite() {
    return kind == Kind.WRITE && length == 4 && (address & 3) == 0;
  }
}
