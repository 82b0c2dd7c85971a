package dev.adit.platform.spec;

import java.util.ArrayList;
import java.util.List;

/**
 * The tables that are lists of nodes: IORT of Arm (Arm DEN0049, type u8, length u16 at 1) and VIOT
 * (ACPI 6.5, 5.2.36, type u8, length u16 at 2).
 *
 * @param signature IORT or VIOT
 * @param types the type of each node, in order
 * @param problems what is wrong with the table
 */
public record NodeTable(String signature, List<Integer> types, List<String> problems) {
  /** IORT node of an SMMUv1 or v2. */
  public static final int IORT_SMMU = 3;

  /** IORT node of an SMMUv3. */
  public static final int IORT_SMMU_V3 = 4;

  /** VIOT node of a virtio IOMMU on PCI. */
  public static final int VIOT_PCI_IOMMU = 3;

  /** VIOT node of a virtio IOMMU behind MMIO. */
  public static final int VIOT_MMIO_IOMMU = 4;

  /** {@return the IORT in these bytes, as far as it makes sense} */
  public static NodeTable iort(byte[] raw) {
    List<String> problems = new ArrayList<>();
    Bytes table = AcpiTable.of(raw, "IORT", problems);
    long nodes = table.u32(36);
    int first = (int) Math.min(table.u32(40), table.length());
    return of("IORT", table, nodes, new AcpiTable.Walk(first, 1, 2, 16), problems);
  }

  /** {@return the VIOT in these bytes, as far as it makes sense} */
  public static NodeTable viot(byte[] raw) {
    List<String> problems = new ArrayList<>();
    Bytes table = AcpiTable.of(raw, "VIOT", problems);
    return of("VIOT", table, table.u16(36), new AcpiTable.Walk(table.u16(38), 2, 2, 8), problems);
  }

  private static NodeTable of(
      String signature, Bytes table, long nodes, AcpiTable.Walk walk, List<String> problems) {
    List<Integer> types = new ArrayList<>();
    for (Bytes node : walk.over(table, problems)) {
      types.add(node.u8(0));
    }
    if (types.size() != nodes) {
      problems.add("claims " + nodes + " nodes and has " + types.size());
    }
    return new NodeTable(signature, List.copyOf(types), List.copyOf(problems));
  }
}
