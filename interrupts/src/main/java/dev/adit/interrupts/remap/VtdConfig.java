package dev.adit.interrupts.remap;

/**
 * What a VT-d unit can do: the capabilities it reports.
 *
 * @param addressWidth host address width in bits, 32 to 52
 * @param extendedMode ECAP.EIM: x2APIC destinations of 32 bits
 * @param posted CAP.PI: posted interrupts
 * @param cachingMode CAP.CM: entries that are not present or not valid are cached too
 * @param virtual ECAP.VCS: tells a guest for certain that the unit is an emulation
 * @param remappingRequired ECAP.IRREQ: without remapping every interrupt is blocked
 * @param extendedModeRequired ECAP.EIMER: without extended mode every interrupt is blocked
 * @param faultRecords CAP.NFR: how many faults can be recorded, 1 to 64
 * @param pasidIsolation Adit's extension: the unit takes interrupt requests with a PASID and
 *     compares it with the entry's. No hardware does; off, the unit follows the specification
 */
public record VtdConfig(
    int addressWidth,
    boolean extendedMode,
    boolean posted,
    boolean cachingMode,
    boolean virtual,
    boolean remappingRequired,
    boolean extendedModeRequired,
    int faultRecords,
    boolean pasidIsolation) {
  public VtdConfig {
    if (addressWidth < 32 || addressWidth > 52 || faultRecords < 1 || faultRecords > 64) {
      throw new IllegalArgumentException("address width 32 to 52, fault records 1 to 64");
    }
  }

  /** {@return a unit as server processors have it: 46 bits, x2APIC, posting, 8 fault records} */
  public static VtdConfig hardware() {
    return new VtdConfig(46, true, true, false, false, false, false, 8, false);
  }

  /** {@return a unit as a VMM emulates it: as {@link #hardware}, with caching mode} */
  public static VtdConfig emulated() {
    return new VtdConfig(46, true, true, true, false, false, false, 8, false);
  }

  /** {@return this unit with the PASID extension} */
  public VtdConfig withPasidIsolation() {
    return new VtdConfig(
        addressWidth,
        extendedMode,
        posted,
        cachingMode,
        virtual,
        remappingRequired,
        extendedModeRequired,
        faultRecords,
        true);
  }
}
