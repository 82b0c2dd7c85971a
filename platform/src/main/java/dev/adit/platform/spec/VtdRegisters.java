package dev.adit.platform.spec;

import java.util.ArrayList;
import java.util.List;

/**
 * What a VT-d unit says of itself in its capability registers (VT-d 5.10, 11.4.2 and 11.4.3).
 *
 * @param version major in bits 7:4, minor in 3:0
 * @param cap the register CAP at 0x08
 * @param ecap the register ECAP at 0x10
 */
public record VtdRegisters(int version, long cap, long ecap) {
  /** A single bit of ECAP with its mnemonic, lowest first. */
  private enum Bit {
    QI(1),
    DT(2),
    IR(3),
    EIM(4),
    PT(6),
    NEST(26),
    PRS(29),
    SRS(31),
    PASID(40),
    SMTS(43),
    VCS(44),
    SSTS(46),
    FSTS(47),
    EIMER(61),
    IRREQ(62);

    private final int position;

    Bit(int position) {
      this.position = position;
    }
  }

  /** {@return CAP.CM: software must tell the unit about not-present entries} */
  public boolean cachingMode() {
    return (cap >>> 7 & 1) != 0;
  }

  /** {@return ECAP.IR: the unit can remap interrupts} */
  public boolean interruptRemapping() {
    return has(Bit.IR);
  }

  /** {@return ECAP.EIM: interrupts can go to x2APIC destinations} */
  public boolean extendedInterruptMode() {
    return has(Bit.EIM);
  }

  /** {@return ECAP.PASID: requests with PASIDs are known} */
  public boolean pasid() {
    return has(Bit.PASID);
  }

  /** {@return ECAP.PSS: bits of a PASID} */
  public int pasidBits() {
    return pasid() ? (int) (ecap >>> 35 & 0x1f) + 1 : 0;
  }

  /** {@return ECAP.SMTS: scalable mode} */
  public boolean scalableMode() {
    return has(Bit.SMTS);
  }

  /** {@return ECAP.VCS: the virtual command interface, 0 on all real hardware} */
  public boolean virtualCommand() {
    return has(Bit.VCS);
  }

  /** {@return the mnemonics of the bits that are set in ECAP, and CM} */
  public List<String> names() {
    List<String> names = new ArrayList<>();
    if (cachingMode()) {
      names.add("CM");
    }
    for (Bit bit : Bit.values()) {
      if (has(bit)) {
        names.add(bit.name());
      }
    }
    return names;
  }

  private boolean has(Bit bit) {
    return (ecap >>> bit.position & 1) != 0;
  }
}
