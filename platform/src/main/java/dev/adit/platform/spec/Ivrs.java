package dev.adit.platform.spec;

import java.util.ArrayList;
import java.util.List;

/**
 * The I/O virtualization table of AMD-Vi (AMD I/O Virtualization Technology specification, IVRS).
 *
 * @param units the IOMMUs, each once although newer tables describe them several times
 * @param problems what is wrong with the table
 */
public record Ivrs(List<Unit> units, List<String> problems) {
  private static final AcpiTable.Walk BLOCKS = new AcpiTable.Walk(48, 2, 2, 4);

  /**
   * An IOMMU (IVHD block).
   *
   * @param base address of its registers
   * @param segment PCI segment
   * @param requesterId of the IOMMU itself
   * @param capability offset of its capability in the configuration space
   */
  public record Unit(long base, int segment, int requesterId, int capability) {}

  /** {@return the table in these bytes, as far as it makes sense} */
  public static Ivrs of(byte[] raw) {
    List<String> problems = new ArrayList<>();
    Bytes table = AcpiTable.of(raw, "IVRS", problems);
    List<Unit> units = new ArrayList<>();
    for (Bytes block : BLOCKS.over(table, problems)) {
      int type = block.u8(0);
      if (type == 0x10 || type == 0x11 || type == 0x40) {
        Unit unit = new Unit(block.u64(8), block.u16(16), block.u16(4), block.u16(6));
        if (!units.contains(unit)) {
          units.add(unit);
        }
      }
    }
    return new Ivrs(List.copyOf(units), List.copyOf(problems));
  }
}
