package dev.adit.pci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.pci.spec.Acs;
import dev.adit.pci.spec.Aer;
import dev.adit.pci.spec.Ari;
import dev.adit.pci.spec.Ats;
import dev.adit.pci.spec.Bridge;
import dev.adit.pci.spec.Dvsec;
import dev.adit.pci.spec.Field;
import dev.adit.pci.spec.Header;
import dev.adit.pci.spec.Layout;
import dev.adit.pci.spec.Msi;
import dev.adit.pci.spec.Msix;
import dev.adit.pci.spec.Pasid;
import dev.adit.pci.spec.PciExpress;
import dev.adit.pci.spec.PciExpressLink;
import dev.adit.pci.spec.PowerManagement;
import dev.adit.pci.spec.Pri;
import dev.adit.pci.spec.Register;
import dev.adit.pci.spec.Siov;
import dev.adit.pci.spec.SiovDvsec;
import dev.adit.pci.spec.SrIov;
import dev.adit.pci.spec.Vsec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LayoutsTest {
  static List<List<Field>> layouts() {
    List<List<Field>> all = new ArrayList<>();
    for (Layout layout :
        List.of(
            Header.LAYOUT,
            PowerManagement.LAYOUT,
            Msi.layout(false, false),
            Msi.layout(false, true),
            Msi.layout(true, false),
            Msi.layout(true, true),
            Msix.LAYOUT,
            Aer.LAYOUT,
            Acs.LAYOUT,
            Ari.LAYOUT,
            Ats.LAYOUT,
            SrIov.LAYOUT,
            Pri.LAYOUT,
            Pasid.LAYOUT,
            Dvsec.LAYOUT,
            Vsec.LAYOUT,
            SiovDvsec.LAYOUT,
            Siov.LAYOUT)) {
      all.add(layout.fields());
    }
    List<Field> express = new ArrayList<>(PciExpress.LAYOUT.fields());
    express.addAll(PciExpressLink.LINK);
    express.addAll(PciExpressLink.SLOT);
    express.addAll(PciExpressLink.ROOT);
    express.addAll(PciExpressLink.LINK_2);
    all.add(express);
    List<Field> aer = new ArrayList<>(Aer.LAYOUT.fields());
    aer.addAll(Aer.ROOT);
    all.add(aer);
    all.add(Bridge.LAYOUT.fields());
    return all;
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void fieldsDoNotOverlapAndNamesAreUniqueInTheirRegister(List<Field> fields) {
    Map<Register, Long> taken = new HashMap<>();
    Set<String> names = new HashSet<>();
    Map<Integer, Register> owners = new HashMap<>();
    for (Field field : fields) {
      Register register = field.register();
      long before = taken.getOrDefault(register, 0L);
      assertThat(before & field.mask()).as(field.toString()).isZero();
      taken.put(register, before | field.mask());
      assertThat(names.add(register.name() + "/" + field.name())).as(field.toString()).isTrue();
      for (int i = 0; i < register.bytes(); i++) {
        Register owner = owners.putIfAbsent(register.offset() + i, register);
        assertThat(owner == null || owner.equals(register)).as(field.toString()).isTrue();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void whatIsWrittenToAFieldIsReadBackAndNothingElseChanges(List<Field> fields) {
    for (Field field : fields) {
      byte[] zeros = new byte[256];
      field.write(zeros, 4, -1);
      long all = field.read(zeros, 4);
      assertThat(all).isEqualTo((1L << field.width()) - 1);
      assertThat(field.register().read(zeros, 4)).isEqualTo(field.mask());
      field.write(zeros, 4, 0);
      assertThat(zeros).containsOnly(0);
      assertThat(field.format().text(all)).isNotEmpty();
    }
  }
}
