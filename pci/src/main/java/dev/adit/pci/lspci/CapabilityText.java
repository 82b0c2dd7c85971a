package dev.adit.pci.lspci;

import dev.adit.pci.Capability;
import dev.adit.pci.ConfigSpace;
import dev.adit.pci.Layouts;
import dev.adit.pci.lspci.Section.Part;
import dev.adit.pci.spec.Field;
import dev.adit.pci.spec.Msi;
import dev.adit.pci.spec.PciExpress;
import dev.adit.pci.spec.PowerManagement;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Takes the fields of a capability out of its lines, as its layout names them. */
final class CapabilityText {
  /** Registers whose fields lspci prints without the register's name. */
  private static final Set<String> UNNAMED =
      Set.of("Message Control", "Express", "Header", "Header 1", "Header 2", "Flags");

  private static final Pattern EXPRESS =
      Pattern.compile("^Express (?:\\(v(\\d)\\) )?([^,(]+)(?:\\((Slot[+-])\\))?.*");
  private static final Pattern COUNT = Pattern.compile("Count=(\\d+)/(\\d+)");
  private static final Pattern PME =
      Pattern.compile("PME\\(D0([+-]),D1([+-]),D2([+-]),D3hot([+-]),D3cold([+-])\\)");
  private static final List<Field> PME_BITS =
      List.of(
          PowerManagement.PME_D0,
          PowerManagement.PME_D1,
          PowerManagement.PME_D2,
          PowerManagement.PME_D3HOT,
          PowerManagement.PME_D3COLD);

  private CapabilityText() {}

  static void tell(Capability capability, Section section, ToldBits told) {
    int base = capability.offset();
    shape(capability, section, told);
    ConfigSpace shaped = told.config();
    List<Field> fields = Layouts.fields(shaped, capability);
    Set<String> registers = new HashSet<>();
    fields.forEach(field -> registers.add(field.register().name()));
    section.join(registers);
    for (Field field : fields) {
      if (!shaped.visible(field, base)) {
        field(field, base, section, told);
      }
    }
  }

  private static void field(Field field, int base, Section section, ToldBits told) {
    String register = field.register().name();
    Part own = section.parts().get(register);
    if (own != null) {
      String text = own.text.toString();
      OptionalLong value =
          register.equals(field.name()) || wholeLine(field)
              ? FieldText.value(field, text)
              : FieldText.value(field, text.substring(register.length() + 1));
      value.ifPresent(number -> told.set(field, base, number, own.line));
      if (value.isPresent() || !UNNAMED.contains(register)) {
        return;
      }
    }
    if (!UNNAMED.contains(register) && !register.equals(field.name())) {
      return;
    }
    for (Part part : section.parts().values()) {
      OptionalLong value = FieldText.value(field, part.text.toString());
      if (value.isPresent()) {
        told.set(field, base, value.getAsLong(), part.line);
        return;
      }
    }
  }

  private static boolean wholeLine(Field field) {
    return field.width() == field.register().bytes() * 8;
  }

  /** What decides on the layout, and what is printed in a way of its own. */
  private static void shape(Capability capability, Section section, ToldBits told) {
    int base = capability.offset();
    if (capability.key().equals(PciExpress.KEY)) {
      Matcher express = EXPRESS.matcher(section.title());
      if (express.matches()) {
        String version = express.group(1);
        told.set(
            PciExpress.VERSION,
            base,
            version == null ? 1 : version.charAt(0) - '0',
            section.line());
        FieldText.parse(PciExpress.TYPE, express.group(2).strip())
            .ifPresent(type -> told.set(PciExpress.TYPE, base, type, section.line()));
        if (express.group(3) != null) {
          told.set(
              PciExpress.SLOT_IMPLEMENTED,
              base,
              express.group(3).endsWith("+") ? 1 : 0,
              section.line());
        }
      }
    } else if (capability.key().equals(Msi.KEY)) {
      msi(section, base, told);
    } else if (capability.key().equals(PowerManagement.KEY)) {
      power(section, base, told);
    }
  }

  private static void msi(Section section, int base, ToldBits told) {
    for (Field field : List.of(Msi.WIDE, Msi.MASKABLE)) {
      FieldText.value(field, section.title())
          .ifPresent(value -> told.set(field, base, value, section.line()));
    }
    Matcher count = COUNT.matcher(section.title());
    if (count.find()) {
      FieldText.parse(Msi.ENABLED, count.group(1))
          .ifPresent(value -> told.set(Msi.ENABLED, base, value, section.line()));
      FieldText.parse(Msi.CAPABLE, count.group(2))
          .ifPresent(value -> told.set(Msi.CAPABLE, base, value, section.line()));
    }
    Part address = section.parts().get("Address");
    if (address != null) {
      address(address, base, told);
    }
  }

  /** "Address: 00000000fee00000 Data: 4021": 16 digits where both halves are printed as one. */
  private static void address(Part part, int base, ToldBits told) {
    Matcher wide = Pattern.compile("Address: ([0-9a-f]{8})([0-9a-f]{8})\\b").matcher(part.text);
    if (wide.find()) {
      told.word(base + 4, Integer.parseUnsignedInt(wide.group(2), 16), part.line);
      told.word(base + 8, Integer.parseUnsignedInt(wide.group(1), 16), part.line);
    }
  }

  private static void power(Section section, int base, ToldBits told) {
    for (Part part : section.parts().values()) {
      Matcher pme = PME.matcher(part.text);
      if (pme.find()) {
        for (int i = 0; i < PME_BITS.size(); i++) {
          told.set(PME_BITS.get(i), base, pme.group(i + 1).equals("+") ? 1 : 0, part.line);
        }
      }
    }
    Part status = section.parts().get("Status");
    if (status != null) {
      FieldText.parse(
              PowerManagement.POWER_STATE, status.text.substring("Status:".length()).strip())
          .ifPresent(value -> told.set(PowerManagement.POWER_STATE, base, value, status.line));
    }
  }
}
