package dev.adit.pci.lspci;

import dev.adit.pci.spec.CapabilityKey;
import dev.adit.pci.spec.CapabilityNames;
import dev.adit.pci.spec.PciExpress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which capability lspci means by the line that introduces it. */
final class CapabilityTitle {
  private static final Pattern DVSEC =
      Pattern.compile("Designated Vendor-Specific: Vendor=([0-9a-f]{4}) ID=([0-9a-f]{4})");
  private static final Pattern UNKNOWN =
      Pattern.compile("(?:Extended Capability ID 0x|Capability ID 0x|#)([0-9a-f]{1,4})\\b");
  private static final int EXTENDED_IDS = 0x40;
  private static final int STANDARD_IDS = 0x16;
  private static final List<Map.Entry<String, CapabilityKey>> STANDARD = names(false);
  private static final List<Map.Entry<String, CapabilityKey>> EXTENDED = names(true);

  private CapabilityTitle() {}

  /**
   * {@return the capability}
   *
   * @param title what follows "Capabilities: [80] "
   * @param extended whether its offset is behind the first 256 bytes
   */
  static Optional<CapabilityKey> key(String title, boolean extended) {
    Matcher designated = DVSEC.matcher(title);
    if (extended && designated.lookingAt()) {
      return Optional.of(
          CapabilityKey.dvsec(number(designated.group(1)), number(designated.group(2))));
    }
    Matcher unknown = UNKNOWN.matcher(title);
    if (unknown.lookingAt()) {
      int id = number(unknown.group(1));
      return Optional.of(extended ? CapabilityKey.extended(id) : CapabilityKey.standard(id & 0xff));
    }
    if (!extended && title.startsWith("Express ")) {
      return Optional.of(PciExpress.KEY);
    }
    for (Map.Entry<String, CapabilityKey> name : extended ? EXTENDED : STANDARD) {
      if (title.startsWith(name.getKey()) && ends(title, name.getKey().length())) {
        return Optional.of(name.getValue());
      }
    }
    return Optional.empty();
  }

  private static boolean ends(String title, int at) {
    return at >= title.length()
        || !(Character.isLetterOrDigit(title.charAt(at)) || title.charAt(at) == '-');
  }

  private static List<Map.Entry<String, CapabilityKey>> names(boolean extended) {
    Map<String, CapabilityKey> names = new TreeMap<>(Comparator.reverseOrder());
    for (int id = 0; id < (extended ? EXTENDED_IDS : STANDARD_IDS); id++) {
      CapabilityKey key = extended ? CapabilityKey.extended(id) : CapabilityKey.standard(id);
      String name = CapabilityNames.of(key);
      if (!name.toLowerCase(Locale.ROOT).startsWith("unknown")) {
        names.put(name, key);
      }
    }
    // What older versions of lspci say.
    if (extended) {
      names.put("Alternative Routing-ID Interpretation", CapabilityKey.extended(0x0e));
      names.put("Resizable BAR", CapabilityKey.extended(0x15));
    } else {
      names.put("Message Signalled Interrupts", CapabilityKey.standard(5));
      names.put("Enhanced Allocation", CapabilityKey.standard(0x14));
    }
    return List.copyOf(new ArrayList<>(names.entrySet()));
  }

  private static int number(String digits) {
    return Integer.parseInt(digits, 16);
  }
}
