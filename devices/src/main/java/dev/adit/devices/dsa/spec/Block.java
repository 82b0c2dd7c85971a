package dev.adit.devices.dsa.spec;

/** The tables of BAR0: where a register lies is told by its block, its index and its offset. */
public enum Block {
  /** The registers at fixed offsets from 0 on. */
  GENERAL,
  /** MSI-X permissions, one entry for each vector, 8 bytes apart. */
  MSIXPERM,
  /** Group configuration, 64 bytes for each group. */
  GRPCFG,
  /** Work queue configuration, 64 bytes for each queue. */
  WQCFG,
  /** Perfmon registers that exist once. */
  PERFMON,
  /** Event capabilities, 8 bytes for each event category. */
  EVNTCAP,
  /** Counter configuration, 8 bytes for each counter. */
  CNTRCFG,
  /** Counter values, 8 bytes for each counter. */
  CNTRDATA,
  /** Counter filters, 32 bytes for each counter. */
  FLTCFG;

  /**
   * {@return where the table begins in BAR0, in bytes}
   *
   * @param offsets what {@link Register#OFFSETS0} says; it tells in units of 256 bytes
   * @throws IllegalArgumentException for the tables of perfmon, which it does not tell of
   */
  public long table(long offsets) {
    return switch (this) {
      case GENERAL -> 0;
      case GRPCFG -> (offsets & 0xFFFF) << 8;
      case WQCFG -> (offsets >>> 16 & 0xFFFF) << 8;
      case MSIXPERM -> (offsets >>> 32 & 0xFFFF) << 8;
      case PERFMON, EVNTCAP, CNTRCFG, CNTRDATA, FLTCFG ->
          throw new IllegalArgumentException(name());
    };
  }

  /** {@return the bytes from one entry of the table to the next} */
  public int stride() {
    return switch (this) {
      case GENERAL, PERFMON -> 0x100;
      case MSIXPERM, EVNTCAP, CNTRCFG, CNTRDATA -> 8;
      case FLTCFG -> 32;
      case GRPCFG, WQCFG -> 64;
    };
  }
}
