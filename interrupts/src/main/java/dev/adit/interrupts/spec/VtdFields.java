package dev.adit.interrupts.spec;

import static dev.adit.interrupts.spec.Field.Access.RO;
import static dev.adit.interrupts.spec.Field.Access.RW1C;
import static dev.adit.interrupts.spec.Field.Access.WO;
import static dev.adit.interrupts.spec.Field.bit;
import static dev.adit.interrupts.spec.Field.bits;

/** The fields of the remapping unit's registers that have to do with interrupts (VT-d 11.4). */
public final class VtdFields {
  /** CAP: number of domains supported. */
  public static final Field CAP_ND = bits("ND", 2, 0).as(RO);

  /** CAP: caching mode. */
  public static final Field CAP_CM = bit("CM", 7).as(RO);

  /** CAP: offset of the fault recording registers, in 16 bytes. */
  public static final Field CAP_FRO = bits("FRO", 33, 24).as(RO);

  /** CAP: number of fault recording registers, less 1. */
  public static final Field CAP_NFR = bits("NFR", 47, 40).as(RO);

  /** CAP: posted interrupts. */
  public static final Field CAP_PI = bit("PI", 59).as(RO);

  /** CAP: setting the table pointer invalidates the entry cache. */
  public static final Field CAP_ESIRTPS = bit("ESIRTPS", 62).as(RO);

  /** ECAP: queued invalidation. */
  public static final Field ECAP_QI = bit("QI", 1).as(RO);

  /** ECAP: interrupt remapping. */
  public static final Field ECAP_IR = bit("IR", 3).as(RO);

  /** ECAP: extended interrupt mode. */
  public static final Field ECAP_EIM = bit("EIM", 4).as(RO);

  /** ECAP: the highest index mask of an entry cache invalidation. */
  public static final Field ECAP_MHMV = bits("MHMV", 23, 20).as(RO);

  /** ECAP: virtual command support; no real hardware sets it. */
  public static final Field ECAP_VCS = bit("VCS", 44).as(RO);

  /** ECAP: extended interrupt mode required. */
  public static final Field ECAP_EIMER = bit("EIMER", 61).as(RO);

  /** ECAP: interrupt remapping required. */
  public static final Field ECAP_IRREQ = bit("IRREQ", 62).as(RO);

  /** GCMD, GSTS: compatibility format interrupts. */
  public static final Field CFI = bit("CFI", 23).as(WO);

  /** GCMD, GSTS: set interrupt remapping table pointer. */
  public static final Field SIRTP = bit("SIRTP", 24).as(WO);

  /** GCMD, GSTS: interrupt remapping enable. */
  public static final Field IRE = bit("IRE", 25).as(WO);

  /** GCMD, GSTS: queued invalidation enable. */
  public static final Field QIE = bit("QIE", 26).as(WO);

  /** FSTS: primary fault overflow. */
  public static final Field PFO = bit("PFO", 0).as(RW1C);

  /** FSTS: primary pending fault. */
  public static final Field PPF = bit("PPF", 1).as(RO);

  /** FSTS: invalidation queue error. */
  public static final Field IQE = bit("IQE", 4).as(RW1C);

  /** FSTS: invalidation completion error. */
  public static final Field ICE = bit("ICE", 5).as(RW1C);

  /** FSTS: invalidation time-out error. */
  public static final Field ITE = bit("ITE", 6).as(RW1C);

  /** FSTS: fault record index. */
  public static final Field FRI = bits("FRI", 15, 8).as(RO);

  /** FECTL, IECTL: interrupt pending. */
  public static final Field IP = bit("IP", 30).as(RO);

  /** FECTL, IECTL: interrupt mask. */
  public static final Field IM = bit("IM", 31);

  /** FEDATA, IEDATA: interrupt message data. */
  public static final Field IMD = bits("IMD", 15, 0);

  /** FEADDR, IEADDR: message address. */
  public static final Field MA = bits("MA", 31, 2);

  /** FEUADDR, IEUADDR: message upper address. */
  public static final Field MUA = bits("MUA", 31, 0);

  /** IQH: queue head, in 16 bytes. */
  public static final Field QH = bits("QH", 18, 4).as(RO);

  /** IQT: queue tail, in 16 bytes. */
  public static final Field QT = bits("QT", 18, 4);

  /** IQA: queue size: 2^(QS + 8) descriptors. */
  public static final Field QS = bits("QS", 2, 0);

  /** IQA: descriptor width, 1 for 256 bits. */
  public static final Field DW = bit("DW", 11);

  /** IQA: base address, in 4 KiB. */
  public static final Field IQA_BASE = bits("IQA", 63, 12);

  /** ICS: invalidation wait descriptor complete. */
  public static final Field IWC = bit("IWC", 0).as(RW1C);

  /** IRTA: size: 2^(S + 1) entries. */
  public static final Field S = bits("S", 3, 0);

  /** IRTA: extended interrupt mode enable. */
  public static final Field EIME = bit("EIME", 11);

  /** IRTA: base address, in 4 KiB. */
  public static final Field IRTA_BASE = bits("IRTA", 63, 12);

  /** PASID extension: take interrupt requests with a PASID. */
  public static final Field PIE = bit("PIE", 0);

  /** PASID extension: the bitmap of PASIDs whose interrupt range is live, in 4 KiB. */
  public static final Field PIL_BASE = bits("PIL", 63, 12);

  private VtdFields() {}
}
