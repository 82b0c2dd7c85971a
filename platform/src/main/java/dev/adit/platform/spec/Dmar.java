package dev.adit.platform.spec;

import java.util.ArrayList;
import java.util.List;

/**
 * The DMA remapping table of VT-d (VT-d 5.10, 8.1 to 8.3).
 *
 * @param hostAddressWidth bits of a physical address
 * @param interruptRemapping flag bit 0
 * @param x2apicOptOut flag bit 1, valid only with bit 0
 * @param dmaControlOptIn flag bit 2
 * @param units the remapping units
 * @param reserved number of reserved memory regions (RMRR)
 * @param problems what is wrong with the table
 */
public record Dmar(
    int hostAddressWidth,
    boolean interruptRemapping,
    boolean x2apicOptOut,
    boolean dmaControlOptIn,
    List<Unit> units,
    int reserved,
    List<String> problems) {
  private static final AcpiTable.Walk STRUCTURES = new AcpiTable.Walk(48, 2, 2, 4);
  private static final AcpiTable.Walk SCOPES = new AcpiTable.Walk(16, 1, 1, 6);
  private static final int DRHD = 0;
  private static final int RMRR = 1;

  /**
   * A remapping unit (DRHD).
   *
   * @param base address of its registers
   * @param segment PCI segment
   * @param includeAll whether it serves all functions of the segment that no other unit names
   * @param scopes what it serves
   */
  public record Unit(long base, int segment, boolean includeAll, List<Scope> scopes) {}

  /**
   * What a unit serves.
   *
   * @param type 1 endpoint, 2 bridge, 3 I/O APIC, 4 HPET, 5 namespace device
   * @param id enumeration ID, for an I/O APIC that of its MADT entry
   * @param path bus, then device and function of each step, as in 00:1e.0
   */
  public record Scope(int type, int id, String path) {
    /** {@return the type in words} */
    public String kind() {
      return switch (type) {
        case 1 -> "endpoint";
        case 2 -> "bridge";
        case 3 -> "I/O APIC";
        case 4 -> "HPET";
        case 5 -> "namespace device";
        default -> "type " + type;
      };
    }
  }

  /** {@return the table in these bytes, as far as it makes sense} */
  public static Dmar of(byte[] raw) {
    List<String> problems = new ArrayList<>();
    Bytes table = AcpiTable.of(raw, "DMAR", problems);
    int flags = table.u8(37);
    List<Unit> units = new ArrayList<>();
    int reserved = 0;
    for (Bytes structure : STRUCTURES.over(table, problems)) {
      switch (structure.u16(0)) {
        case DRHD -> units.add(unit(structure, problems));
        case RMRR -> reserved++;
        default -> {}
      }
    }
    return new Dmar(
        table.u8(36) + 1,
        (flags & 1) != 0,
        (flags & 3) == 3,
        (flags & 4) != 0,
        List.copyOf(units),
        reserved,
        List.copyOf(problems));
  }

  private static Unit unit(Bytes drhd, List<String> problems) {
    List<Scope> scopes = new ArrayList<>();
    for (Bytes scope : SCOPES.over(drhd, problems)) {
      StringBuilder path = new StringBuilder("%02x".formatted(scope.u8(5)));
      for (int at = 6; at + 1 < scope.length(); at += 2) {
        path.append(at == 6 ? ":" : "/")
            .append("%02x.%x".formatted(scope.u8(at), scope.u8(at + 1)));
      }
      scopes.add(new Scope(scope.u8(0), scope.u8(4), path.toString()));
    }
    return new Unit(drhd.u64(8), drhd.u16(6), (drhd.u8(4) & 1) != 0, List.copyOf(scopes));
  }
}
