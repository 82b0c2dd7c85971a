package dev.adit.interrupts.spec;

import static dev.adit.interrupts.spec.Field.bit;
import static dev.adit.interrupts.spec.Field.bits;

import dev.adit.interrupts.spec.Field.Access;

/**
 * A fault recording register, 128 bits (VT-d 11.4.7.6). Read-only, but F clears when 1 is written.
 *
 * @param lo bits 63:0
 * @param hi bits 127:64
 */
public record FaultRecord(long lo, long hi) {
  /** Bytes of a record. */
  public static final int BYTES = 16;

  /** The record is in use. */
  public static final Field F = bit("F", 127).as(Access.RW1C);

  private static final Field INFO = bits("FI", 63, 12).as(Access.RO);
  private static final Field INDEX = bits("INDEX", 63, 48).as(Access.RO);
  private static final Field SID = bits("SID", 79, 64).as(Access.RO);
  private static final Field T2 = bit("T2", 92).as(Access.RO);
  private static final Field PRIV = bit("PRIV", 93).as(Access.RO);
  private static final Field EXE = bit("EXE", 94).as(Access.RO);
  private static final Field PP = bit("PP", 95).as(Access.RO);
  private static final Field FR = bits("FR", 103, 96).as(Access.RO);
  private static final Field PASID = bits("PASID", 123, 104).as(Access.RO);
  private static final Field AT = bits("AT", 125, 124).as(Access.RO);
  private static final Field T1 = bit("T1", 126).as(Access.RO);

  /** The register; for interrupt faults FI holds the index in its upper 16 bits. */
  public static final Layout LAYOUT =
      Layout.of(
          "FRCD",
          128,
          Field.reserved(11, 0),
          INFO,
          SID,
          Field.reserved(91, 80),
          T2,
          PRIV,
          EXE,
          PP,
          FR,
          PASID,
          AT,
          T1,
          F);

  /**
   * {@return the record of a blocked interrupt}
   *
   * @param index the entry; what the reason does not record is left out
   * @param pasid recorded by the PASID extension's own reason only, elsewhere irrelevant
   */
  public static FaultRecord of(FaultReason reason, int source, int index, int pasid) {
    long hi = F.of(1) | FR.of(reason.code()) | SID.of(source);
    if (reason == FaultReason.PASID && pasid >= 0) {
      hi |= PP.of(1) | PASID.of(pasid);
    }
    return new FaultRecord(reason.indexed() ? INDEX.of(index) : 0, hi);
  }

  public boolean occupied() {
    return F.isSet(hi);
  }

  /** {@return the reason's code} */
  public int reason() {
    return (int) FR.get(hi);
  }

  /** {@return the requester ID} */
  public int source() {
    return (int) SID.get(hi);
  }

  /** {@return the entry's index} */
  public int index() {
    return (int) INDEX.get(lo);
  }

  /** {@return the PASID, or -1 if none is recorded} */
  public int pasid() {
    return PP.isSet(hi) ? (int) PASID.get(hi) : -1;
  }

  @Override
  public String toString() {
    return LAYOUT.text(lo, hi);
  }
}
