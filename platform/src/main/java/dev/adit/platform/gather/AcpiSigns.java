package dev.adit.platform.gather;

import dev.adit.pci.PciAddress;
import dev.adit.platform.Sign;
import dev.adit.platform.Truth;
import dev.adit.platform.spec.Dmar;
import dev.adit.platform.spec.Ivrs;
import dev.adit.platform.spec.NodeTable;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What the firmware's tables say about IOMMUs. */
final class AcpiSigns {
  private static final String TABLES = "sys/firmware/acpi/tables";
  private static final List<String> NAMES = List.of("DMAR", "IVRS", "IORT", "VIOT");

  private AcpiSigns() {}

  static void gather(Sheet sheet) {
    List<String> there =
        NAMES.stream().filter(name -> sheet.tree().exists(TABLES + "/" + name)).toList();
    if (!there.isEmpty()) {
      sheet.fact(
          Sign.FIRMWARE_IOMMU_TABLE,
          Truth.YES,
          String.join(", ", there),
          TABLES + "/" + there.getFirst());
    } else if (sheet.tree().exists(TABLES)) {
      sheet.fact(Sign.FIRMWARE_IOMMU_TABLE, Truth.NO, "no DMAR, IVRS, IORT or VIOT", TABLES);
    } else {
      sheet.unknown(Sign.FIRMWARE_IOMMU_TABLE, "the ACPI tables are not there", TABLES);
    }
    table(sheet, "DMAR", Dmar::of).ifPresent(dmar -> dmar(sheet, dmar));
    table(sheet, "IVRS", Ivrs::of).ifPresent(ivrs -> ivrs(sheet, ivrs));
    table(sheet, "IORT", NodeTable::iort).ifPresent(iort -> iort(sheet, iort));
  }

  /** {@return whether the firmware describes a virtio IOMMU} */
  static boolean virtioIommu(Sheet sheet) {
    Optional<NodeTable> viot = table(sheet, "VIOT", NodeTable::viot);
    viot.ifPresent(table -> sheet.problem(TABLES + "/VIOT", table.problems()));
    return viot.stream()
        .flatMap(table -> table.types().stream())
        .anyMatch(type -> type == NodeTable.VIOT_PCI_IOMMU || type == NodeTable.VIOT_MMIO_IOMMU);
  }

  private static <T> Optional<T> table(Sheet sheet, String name, Function<byte[], T> decode) {
    return sheet.tree().read(TABLES + "/" + name).map(decode);
  }

  private static void dmar(Sheet sheet, Dmar dmar) {
    sheet.problem(TABLES + "/DMAR", dmar.problems());
    sheet.detail(
        "DMAR: %d-bit addresses, INTR_REMAP %d, X2APIC_OPT_OUT %d, DMA_CTRL_OPT_IN %d, %d RMRR"
            .formatted(
                dmar.hostAddressWidth(),
                dmar.interruptRemapping() ? 1 : 0,
                dmar.x2apicOptOut() ? 1 : 0,
                dmar.dmaControlOptIn() ? 1 : 0,
                dmar.reserved()));
    for (Dmar.Unit unit : dmar.units()) {
      String scopes =
          unit.scopes().stream()
              .map(scope -> scope.kind() + " " + scope.path())
              .collect(Collectors.joining(", "));
      sheet.detail(
          "DMAR: unit at %#x, segment %d%s%s"
              .formatted(
                  unit.base(),
                  unit.segment(),
                  unit.includeAll() ? ", all functions not named elsewhere" : "",
                  scopes.isEmpty() ? "" : ": " + scopes));
    }
  }

  private static void ivrs(Sheet sheet, Ivrs ivrs) {
    sheet.problem(TABLES + "/IVRS", ivrs.problems());
    for (Ivrs.Unit unit : ivrs.units()) {
      sheet.detail(
          "IVRS: IOMMU %s at %#x"
              .formatted(PciAddress.of(unit.segment(), unit.requesterId()), unit.base()));
    }
  }

  private static void iort(Sheet sheet, NodeTable iort) {
    sheet.problem(TABLES + "/IORT", iort.problems());
    long units =
        iort.types().stream()
            .filter(type -> type == NodeTable.IORT_SMMU || type == NodeTable.IORT_SMMU_V3)
            .count();
    sheet.detail("IORT: " + iort.types().size() + " nodes, " + units + " SMMUs");
  }
}
