package dev.adit.interrupts.spec;

import static dev.adit.interrupts.spec.Field.Access.RO;
import static dev.adit.interrupts.spec.Field.bits;
import static dev.adit.interrupts.spec.Field.reserved;
import static dev.adit.interrupts.spec.VtdFields.*;

import dev.adit.interrupts.spec.Field.Access;
import org.jspecify.annotations.Nullable;

/**
 * The registers of a remapping unit that its interrupt half has (VT-d 11.4). The fault recording
 * registers follow at {@link #FRCD_OFFSET}. Fields of the DMA half are reserved here.
 */
public enum VtdRegister {
  VER(0x00, 32, 0x10, bits("MIN", 3, 0).as(RO), bits("MAX", 7, 4).as(RO), reserved(31, 8)),
  CAP(
      0x08,
      64,
      0,
      CAP_ND,
      reserved(6, 3),
      CAP_CM,
      reserved(23, 8),
      CAP_FRO,
      reserved(39, 34),
      CAP_NFR,
      reserved(58, 48),
      CAP_PI,
      reserved(61, 60),
      CAP_ESIRTPS,
      reserved(63, 63)),
  ECAP(
      0x10,
      64,
      0,
      reserved(0, 0),
      ECAP_QI,
      reserved(2, 2),
      ECAP_IR,
      ECAP_EIM,
      reserved(19, 5),
      ECAP_MHMV,
      reserved(43, 24),
      ECAP_VCS,
      reserved(60, 45),
      ECAP_EIMER,
      ECAP_IRREQ,
      reserved(63, 63)),
  GCMD(0x18, 32, 0, reserved(22, 0), CFI, SIRTP, IRE, QIE, reserved(31, 27)),
  GSTS(
      0x1C,
      32,
      0,
      reserved(22, 0),
      CFI.as(RO),
      SIRTP.as(RO),
      IRE.as(RO),
      QIE.as(RO),
      reserved(31, 27)),
  FSTS(0x34, 32, 0, PFO, PPF, reserved(3, 2), IQE, ICE, ITE, reserved(7, 7), FRI, reserved(31, 16)),
  FECTL(0x38, 32, 0x8000_0000L, reserved(29, 0), IP, IM),
  FEDATA(0x3C, 32, 0, IMD, reserved(31, 16)),
  FEADDR(0x40, 32, 0, reserved(1, 0), MA),
  FEUADDR(0x44, 32, 0, MUA),
  IQH(0x80, 64, 0, reserved(3, 0), QH, reserved(63, 19)),
  IQT(0x88, 64, 0, reserved(3, 0), QT, reserved(63, 19)),
  IQA(0x90, 64, 0, QS, reserved(10, 3), DW, IQA_BASE),
  ICS(0x9C, 32, 0, IWC, reserved(31, 1)),
  IECTL(0xA0, 32, 0x8000_0000L, reserved(29, 0), IP, IM),
  IEDATA(0xA4, 32, 0, IMD, reserved(31, 16)),
  IEADDR(0xA8, 32, 0, reserved(1, 0), MA),
  IEUADDR(0xAC, 32, 0, MUA),
  IRTA(0xB8, 64, 0, S, reserved(10, 4), EIME, IRTA_BASE),
  /** Adit's PASID extension, not VT-d; there only when the unit has it. */
  PILA(0xFE0, 64, 0, PIE, reserved(11, 1), PIL_BASE);

  /** Where {@code FRO} points: the first fault recording register. */
  public static final int FRCD_OFFSET = 0x220;

  private static final @Nullable VtdRegister[] BY_DWORD = new VtdRegister[0x1000 / 4];

  static {
    for (VtdRegister register : values()) {
      for (int at = register.offset; at < register.offset + register.bytes(); at += 4) {
        BY_DWORD[at / 4] = register;
      }
    }
  }

  private final int offset;
  private final long reset;

  // A layout is immutable: a record that copies its list.
  @SuppressWarnings("ImmutableEnumChecker")
  private final Layout layout;

  VtdRegister(int offset, int width, long reset, Field... fields) {
    this.offset = offset;
    this.reset = reset;
    this.layout = Layout.of(name(), width, fields);
  }

  /** {@return the register that a byte offset lies in, or null} */
  public static @Nullable VtdRegister at(long offset) {
    return offset >= 0 && offset < 0x1000 ? BY_DWORD[(int) offset / 4] : null;
  }

  /** {@return the offset in bytes from the unit's base} */
  public int offset() {
    return offset;
  }

  /** {@return the size in bytes, 4 or 8} */
  public int bytes() {
    return layout.width() / 8;
  }

  /** {@return the value after reset, where the unit's capabilities do not decide} */
  public long reset() {
    return reset;
  }

  /** {@return the fields} */
  public Layout layout() {
    return layout;
  }

  /** {@return what a write of the bytes under {@code lanes} leaves in the register} */
  public long written(long old, long value, long lanes) {
    long rw = layout.mask(Access.RW, 0) & lanes;
    long cleared = layout.mask(Access.RW1C, 0) & lanes & value;
    return ((old & ~rw) | (value & rw)) & ~cleared;
  }
}
