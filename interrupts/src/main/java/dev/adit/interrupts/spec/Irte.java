package dev.adit.interrupts.spec;

import static dev.adit.interrupts.spec.Field.bit;
import static dev.adit.interrupts.spec.Field.bits;
import static dev.adit.interrupts.spec.Field.reserved;

/**
 * An interrupt remapping table entry, 128 bits in memory (VT-d 9.9 remapped form, 9.10 posted
 * form).
 *
 * @param lo bits 63:0
 * @param hi bits 127:64
 */
public record Irte(long lo, long hi) {
  /** Bytes of an entry. */
  public static final int BYTES = 16;

  /** Source validation types: none, requester ID under SQ, bus range, reserved. */
  public static final int SVT_NONE = 0;

  public static final int SVT_REQUESTER = 1;
  public static final int SVT_BUS = 2;
  public static final int SVT_RESERVED = 3;

  private static final Field P = bit("P", 0);
  private static final Field FPD = bit("FPD", 1);
  private static final Field DM = bit("DM", 2);
  private static final Field RH = bit("RH", 3);
  private static final Field TM = bit("TM", 4);
  private static final Field DLM = bits("DLM", 7, 5);
  private static final Field AVAIL = bits("AVAIL", 11, 8);
  private static final Field URG = bit("URG", 14);
  private static final Field IM = bit("IM", 15);
  private static final Field V = bits("V", 23, 16);
  private static final Field DST = bits("DST", 63, 32);
  private static final Field PDA_LOW = bits("PDA31_6", 63, 38);
  private static final Field SID = bits("SID", 79, 64);
  private static final Field SQ = bits("SQ", 81, 80);
  private static final Field SVT = bits("SVT", 83, 82);
  private static final Field PDA_HIGH = bits("PDA63_32", 127, 96);

  private static final Field PV = bit("PV", 12);
  private static final Field PR = bit("PR", 13);
  private static final Field PASID_LOW = bits("PASID7_0", 31, 24);
  private static final Field PASID_HIGH = bits("PASID19_8", 95, 84);

  /** The remapped form, IM = 0. */
  public static final Layout REMAPPED =
      Layout.of(
          "IRTE, remapped",
          128,
          P,
          FPD,
          DM,
          RH,
          TM,
          DLM,
          AVAIL,
          reserved(13, 12),
          reserved(14, 14),
          IM,
          V,
          reserved(31, 24),
          DST,
          SID,
          SQ,
          SVT,
          reserved(127, 84));

  /** The posted form, IM = 1. */
  public static final Layout POSTED =
      Layout.of(
          "IRTE, posted",
          128,
          P,
          FPD,
          reserved(7, 2),
          AVAIL,
          reserved(13, 12),
          URG,
          IM,
          V,
          reserved(37, 24),
          PDA_LOW,
          SID,
          SQ,
          SVT,
          reserved(95, 84),
          PDA_HIGH);

  /**
   * The remapped form with Adit's PASID extension, which no hardware has: bits that are reserved in
   * both forms say which PASID a request has to carry. They are the same bits in both forms, which
   * rules out 127:96.
   */
  public static final Layout REMAPPED_PASID =
      Layout.of(
          "IRTE, remapped, PASID extension",
          128,
          P,
          FPD,
          DM,
          RH,
          TM,
          DLM,
          AVAIL,
          PV,
          PR,
          reserved(14, 14),
          IM,
          V,
          PASID_LOW,
          DST,
          SID,
          SQ,
          SVT,
          PASID_HIGH,
          reserved(127, 96));

  /** The posted form with the PASID extension. */
  public static final Layout POSTED_PASID =
      Layout.of(
          "IRTE, posted, PASID extension",
          128,
          P,
          FPD,
          reserved(7, 2),
          AVAIL,
          PV,
          PR,
          URG,
          IM,
          V,
          PASID_LOW,
          reserved(37, 32),
          PDA_LOW,
          SID,
          SQ,
          SVT,
          PASID_HIGH,
          PDA_HIGH);

  /**
   * {@return a present remapped entry without source validation}
   *
   * @param destination xAPIC ID in bits 15:8, or the 32-bit x2APIC ID; see {@link #xapic}
   * @param vector 8 bits
   * @param attributes as {@link Attributes} packs them
   */
  public static Irte remapped(int destination, int vector, int attributes) {
    long lo =
        P.of(1)
            | DM.of(Attributes.logical(attributes) ? 1 : 0)
            | RH.of(Attributes.hint(attributes) ? 1 : 0)
            | TM.of(Attributes.level(attributes) ? 1 : 0)
            | DLM.of(Attributes.mode(attributes))
            | V.of(vector)
            | DST.of(destination);
    return new Irte(lo, 0);
  }

  /** {@return an 8-bit APIC ID where xAPIC mode wants it in the destination field} */
  public static int xapic(int apicId) {
    return (apicId & 0xFF) << 8;
  }

  /**
   * {@return a present posted entry without source validation}
   *
   * @param descriptor address of the {@link PostedDescriptor}, 64-byte aligned
   * @param vector the virtual vector
   */
  public static Irte posted(long descriptor, int vector, boolean urgent) {
    long lo =
        P.of(1)
            | URG.of(urgent ? 1 : 0)
            | IM.of(1)
            | V.of(vector)
            | PDA_LOW.of((descriptor & 0xFFFF_FFFFL) >>> 6);
    return new Irte(lo, PDA_HIGH.of(descriptor >>> 32));
  }

  /**
   * {@return this entry with source validation by requester ID}
   *
   * @param sq 0 compares all bits, 1 to 3 leave out function bit 2, bits 2:1, bits 2:0
   */
  public Irte from(int requesterId, int sq) {
    return withSource(SVT_REQUESTER, sq, requesterId);
  }

  /** {@return this entry with source validation by a range of buses, both inclusive} */
  public Irte fromBuses(int first, int last) {
    return withSource(SVT_BUS, 0, (first & 0xFF) << 8 | (last & 0xFF));
  }

  /** {@return this entry with the three fields of source validation} */
  public Irte withSource(int svt, int sq, int sid) {
    return new Irte(lo, SID.set(SQ.set(SVT.set(hi, svt), sq), sid));
  }

  /** {@return this entry with fault processing disabled or enabled} */
  public Irte withFpd(boolean disabled) {
    return new Irte(FPD.set(lo, disabled ? 1 : 0), hi);
  }

  /** {@return this entry with another present bit} */
  public Irte withPresent(boolean present) {
    return new Irte(P.set(lo, present ? 1 : 0), hi);
  }

  /** {@return this entry bound to a PASID by the extension; {@code required} refuses none} */
  public Irte withPasid(int pasid, boolean required) {
    long bound = PASID_LOW.set(PR.set(PV.set(lo, 1), required ? 1 : 0), pasid);
    return new Irte(bound, PASID_HIGH.set(hi, pasid >>> 8));
  }

  public boolean present() {
    return P.isSet(lo);
  }

  /** {@return fault processing disable, looked at whether or not the entry is present} */
  public boolean fpd() {
    return FPD.isSet(lo);
  }

  /** {@return whether IM is set: the posted form} */
  public boolean isPosted() {
    return IM.isSet(lo);
  }

  public boolean urgent() {
    return URG.isSet(lo);
  }

  public int vector() {
    return (int) V.get(lo);
  }

  /** {@return the destination field, 32 bits} */
  public int destination() {
    return (int) DST.get(lo);
  }

  /** {@return delivery, destination and trigger mode and redirection hint of the remapped form} */
  public int attributes() {
    return Attributes.of((int) DLM.get(lo), DM.isSet(lo), RH.isSet(lo), TM.isSet(lo));
  }

  /** {@return the posted descriptor's address, 64-byte aligned} */
  public long descriptor() {
    return PDA_HIGH.get(hi) << 32 | PDA_LOW.get(lo) << 6;
  }

  public int sid() {
    return (int) SID.get(hi);
  }

  public int sq() {
    return (int) SQ.get(hi);
  }

  public int svt() {
    return (int) SVT.get(hi);
  }

  /** {@return extension: whether the entry is bound to a PASID} */
  public boolean pasidValid() {
    return PV.isSet(lo);
  }

  /** {@return extension: whether a request without PASID is refused} */
  public boolean pasidRequired() {
    return PR.isSet(lo);
  }

  /** {@return extension: the PASID, 20 bits} */
  public int pasid() {
    return (int) (PASID_LOW.get(lo) | PASID_HIGH.get(hi) << 8);
  }

  /** {@return whether the bits that a layout reserves are 0} */
  public boolean reservedZero(Layout layout) {
    return (lo & layout.mask(Field.Access.RSVD, 0)) == 0
        && (hi & layout.mask(Field.Access.RSVD, 1)) == 0;
  }

  @Override
  public String toString() {
    return (isPosted() ? POSTED : REMAPPED).text(lo, hi);
  }
}
