package dev.adit.cli.inspect;

import static dev.adit.pci.spec.PciExpress.Type.ROOT_COMPLEX_INTEGRATED_ENDPOINT;

import dev.adit.pci.AerCapability;
import dev.adit.pci.AtsCapability;
import dev.adit.pci.CapabilityImage;
import dev.adit.pci.ConfigSpaceBuilder;
import dev.adit.pci.EmulatedConfigSpace;
import dev.adit.pci.MsixCapability;
import dev.adit.pci.PasidCapability;
import dev.adit.pci.PcieCapability;
import dev.adit.pci.PowerManagementCapability;
import dev.adit.pci.PriCapability;
import dev.adit.pci.SiovCapability;
import dev.adit.pci.spec.Acs;
import dev.adit.pci.spec.Aer;
import dev.adit.pci.spec.Ari;
import dev.adit.pci.spec.Ats;
import dev.adit.pci.spec.Field;
import dev.adit.pci.spec.Layout;
import dev.adit.pci.spec.Msi;
import dev.adit.pci.spec.Msix;
import dev.adit.pci.spec.Pasid;
import dev.adit.pci.spec.PciExpress;
import dev.adit.pci.spec.PowerManagement;
import dev.adit.pci.spec.Pri;
import dev.adit.pci.spec.Siov;
import dev.adit.pci.spec.SrIov;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Functions to be inspected that need no QEMU. */
final class EmulatedFunctions {
  private EmulatedFunctions() {}

  static EmulatedConfigSpace dsa() {
    return EmulatedConfigSpace.builder()
        .vendor(0x8086)
        .device(0x0b25)
        .classCode(0x088000)
        .subsystem(0x8086, 0)
        .bar64(0, 65536, true)
        .bar64(2, 131072, true)
        .capability(0x40, new PcieCapability(ROOT_COMPLEX_INTEGRATED_ENDPOINT, true, true, true))
        .capability(0x80, new MsixCapability(9, 0, 0x2000, 0, 0x3000))
        .capability(0x90, new PowerManagementCapability())
        .capability(0x100, new AerCapability())
        .capability(0x200, new SiovCapability(true))
        .capability(0x220, new AtsCapability(32))
        .capability(0x230, new PasidCapability(20, false, true))
        .capability(0x240, new PriCapability(0x200))
        .build();
  }

  /** {@return a function with SIOV of PCIe 7.0 and SR-IOV} */
  static EmulatedConfigSpace secondGeneration() {
    return EmulatedConfigSpace.builder()
        .vendor(0x1234)
        .device(0x0001)
        .classCode(0x020000)
        .capability(new PcieCapability(PciExpress.Type.ENDPOINT, true, false, true))
        .capability(
            CapabilityImage.of(Siov.LAYOUT)
                .with(Siov.TOTAL_SDIS, 16)
                .with(Siov.FIRST_OFFSET, 8)
                .with(Siov.STRIDE, 2))
        .capability(
            CapabilityImage.of(SrIov.LAYOUT)
                .with(SrIov.TOTAL_VFS, 4)
                .with(SrIov.VF_OFFSET, 256)
                .with(SrIov.VF_STRIDE, 1))
        .build();
  }

  /** {@return a function with every capability we decode, all fields at random} */
  static EmulatedConfigSpace random(Random random) {
    ConfigSpaceBuilder builder =
        EmulatedConfigSpace.builder()
            .vendor(0x1234)
            .device(random.nextInt(0x10000))
            .classCode(0x020000)
            .capability(filled(PowerManagement.LAYOUT, random, Map.of()))
            .capability(filled(Msi.layout(true, true), random, shape()))
            .capability(filled(Msix.LAYOUT, random, Map.of()))
            .capability(
                filled(
                    PciExpress.LAYOUT,
                    random,
                    Map.of(PciExpress.VERSION, 2L, PciExpress.TYPE, 0L)));
    for (Layout layout :
        List.of(
            Aer.LAYOUT,
            Acs.LAYOUT,
            Ari.LAYOUT,
            Ats.LAYOUT,
            SrIov.LAYOUT,
            Pri.LAYOUT,
            Pasid.LAYOUT)) {
      builder.capability(filled(layout, random, Map.of()));
    }
    return builder.build();
  }

  private static Map<Field, Long> shape() {
    return Map.of(Msi.WIDE, 1L, Msi.MASKABLE, 1L);
  }

  private static CapabilityImage filled(Layout layout, Random random, Map<Field, Long> fixed) {
    CapabilityImage image = CapabilityImage.of(layout);
    for (Field field : layout.fields()) {
      long value = fixed.getOrDefault(field, field.get(random.nextLong()));
      image = image.with(field, value);
    }
    return image;
  }
}
