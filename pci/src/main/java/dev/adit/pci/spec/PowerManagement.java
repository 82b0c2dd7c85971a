package dev.adit.pci.spec;

import static dev.adit.pci.spec.Access.RW;
import static dev.adit.pci.spec.Access.RW1C;
import static dev.adit.pci.spec.Format.DECIMAL;

/** Power Management, capability 0x01 (PCIe 7.5.2). */
public final class PowerManagement {
  public static final CapabilityKey KEY = CapabilityKey.standard(0x01);
  private static final Register PMC = new Register(KEY, "Flags", 0x02, 2);
  private static final Register PMCSR = new Register(KEY, "Status", 0x04, 2);

  public static final Field VERSION = PMC.bits("version", 2, 0, DECIMAL);
  public static final Field PME_CLOCK = PMC.bit("PMEClk", 3);
  public static final Field IMMEDIATE_READINESS = PMC.bit("ImmReadyD0", 4);
  public static final Field DEVICE_SPECIFIC_INIT = PMC.bit("DSI", 5);
  public static final Field AUX_CURRENT =
      PMC.bits(
          "AuxCurrent",
          8,
          6,
          Format.names("0mA", "55mA", "100mA", "160mA", "220mA", "270mA", "320mA", "375mA"));
  public static final Field D1 = PMC.bit("D1", 9);
  public static final Field D2 = PMC.bit("D2", 10);
  public static final Field PME_D0 = PMC.bit("PME(D0)", 11);
  public static final Field PME_D1 = PMC.bit("PME(D1)", 12);
  public static final Field PME_D2 = PMC.bit("PME(D2)", 13);
  public static final Field PME_D3HOT = PMC.bit("PME(D3hot)", 14);
  public static final Field PME_D3COLD = PMC.bit("PME(D3cold)", 15);

  /** 0 is D0, 3 is D3hot. */
  public static final Field POWER_STATE =
      PMCSR.bits("State", 1, 0, RW, Format.names("D0", "D1", "D2", "D3"));

  /** Keeps its configuration when it goes from D3hot to D0. */
  public static final Field NO_SOFT_RESET = PMCSR.bit("NoSoftRst", 3);

  public static final Field PME_ENABLE = PMCSR.bit("PME-Enable", 8, RW);
  public static final Field DATA_SELECT = PMCSR.bits("DSel", 12, 9, DECIMAL);
  public static final Field DATA_SCALE = PMCSR.bits("DScale", 14, 13, DECIMAL);
  public static final Field PME_STATUS = PMCSR.bit("PME", 15, RW1C);

  public static final Layout LAYOUT =
      Layout.of(
          KEY,
          "Power Management",
          8,
          VERSION,
          PME_CLOCK,
          IMMEDIATE_READINESS,
          DEVICE_SPECIFIC_INIT,
          AUX_CURRENT,
          D1,
          D2,
          PME_D0,
          PME_D1,
          PME_D2,
          PME_D3HOT,
          PME_D3COLD,
          POWER_STATE,
          NO_SOFT_RESET,
          PME_ENABLE,
          DATA_SELECT,
          DATA_SCALE,
          PME_STATUS);

  private PowerManagement() {}
}
