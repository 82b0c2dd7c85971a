package dev.adit.pci;

import dev.adit.pci.spec.CapabilityKey;
import dev.adit.pci.spec.CapabilityKey.Space;
import dev.adit.pci.spec.Dvsec;
import dev.adit.pci.spec.Header;
import dev.adit.pci.spec.PciExpress;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * The capabilities of a function in the order of their lists, and what was wrong with the lists.
 * Whatever the bytes are, the walk ends and does not throw: a pointer that leaves the space, goes
 * back or hits another capability ends its list and is named as a problem.
 *
 * <p>What a walk can prove is decided here and nowhere else. A capability that was found is there.
 * One that was not found is absent only if the walk came to the end of its list, a null pointer,
 * and nothing on the way was broken; behind a loop, a pointer to nowhere, all ones or the last
 * visible byte, everything else may still be there, and is hidden.
 *
 * @param capabilities standard ones first
 * @param problems sentences for the user, each with the offset where a list is broken
 * @param standardVisible whether the standard list was walked to its proper end
 * @param extendedVisible whether the extended list was walked to its proper end; also true for a
 *     conventional function, which has none
 * @param filtered whether something between the device and us took capabilities out of the extended
 *     list: it begins with an empty header that only links to the next
 */
public record CapabilityList(
    List<Capability> capabilities,
    List<String> problems,
    boolean standardVisible,
    boolean extendedVisible,
    boolean filtered) {
  private static final int HEADER_SIZE = 0x40;
  private static final int PCI_X = 0x07;

  public CapabilityList {
    capabilities = List.copyOf(capabilities);
    problems = List.copyOf(problems);
  }

  /** {@return the capabilities of a configuration space} */
  public static CapabilityList of(ConfigSpace config) {
    return new Walk(config).run();
  }

  /** {@return the first capability of a kind} */
  public Optional<Capability> find(CapabilityKey key) {
    for (Capability capability : capabilities) {
      if (capability.key().equals(key)) {
        return Optional.of(capability);
      }
    }
    return Optional.empty();
  }

  /** {@return whether a capability is there, is not there, or could not be looked for} */
  public Sighting sighting(CapabilityKey key) {
    if (find(key).isPresent()) {
      return Sighting.PRESENT;
    }
    boolean visible =
        key.space() == Space.STANDARD ? standardVisible : extendedVisible && !filtered;
    return visible ? Sighting.ABSENT : Sighting.HIDDEN;
  }

  private static final class Walk {
    private final ConfigSpace config;
    private final List<Capability> found = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final BitSet seen = new BitSet(EmulatedConfigSpace.SIZE);
    private boolean filtered;

    Walk(ConfigSpace config) {
      this.config = config;
    }

    CapabilityList run() {
      boolean standard = standard();
      boolean extended = extended(standard);
      overlaps();
      return new CapabilityList(found, problems, standard, extended, filtered);
    }

    /** Walks the standard list; false if that did not come to its end. */
    private boolean standard() {
      if (!config.visible(0, HEADER_SIZE) || !readable()) {
        return false;
      }
      int type = config.header(Header.HEADER_TYPE);
      if (type > 2) {
        problems.add(
            "the header type at 0x0e is %#04x, which there is not: the header is damaged"
                .formatted(type));
        return false;
      }
      if (config.header(Header.CAPABILITY_LIST) == 0) {
        return true;
      }
      int at = config.u8(type == 2 ? 0x14 : 0x34) & ~3;
      String from = "the pointer in the header";
      while (at != 0) {
        if (at < HEADER_SIZE) {
          problems.add("%s leads into the header, to %#04x".formatted(from, at));
          return false;
        }
        if (!config.visible(at, 2)) {
          return cut(at);
        }
        if (seen.get(at)) {
          problems.add("%s loops back to %#04x".formatted(from, at));
          return false;
        }
        seen.set(at, at + 4);
        int id = config.u8(at);
        if (id == 0xff) {
          problems.add("the capability at %#04x reads as all ones".formatted(at));
          return false;
        }
        found.add(new Capability(CapabilityKey.standard(id), at, 0));
        from = "the pointer at %#04x".formatted(at + 1);
        at = config.u8(at + 1) & ~3;
      }
      return true;
    }

    /** Whether the header was read from a function that answers. */
    private boolean readable() {
      int first = config.u32(0);
      if (first == -1 && config.u32(4) == -1 && config.u32(8) == -1) {
        // The IDs alone are all ones in every virtual function (PCIe 9.3.4.1).
        problems.add("the function reads as all ones: it is off, gone or not there");
        return false;
      }
      if (first == 0 && config.u32(4) == 0 && config.u32(8) == 0) {
        problems.add("the function reads as zeros: its configuration space was not read");
        return false;
      }
      return true;
    }

    /** Says where a list goes on that we do not see, unless just that much is always shown. */
    private boolean cut(int at) {
      int size = config.size();
      if (size != HEADER_SIZE && size != ConfigSpace.CONVENTIONAL) {
        problems.add(
            "the list goes on at %#04x, but only %#04x bytes were read".formatted(at, size));
      }
      return false;
    }

    /** Walks the extended list; false if that did not come to its end. */
    private boolean extended(boolean standardVisible) {
      boolean express = mayHaveExtended();
      if (config.size() < ConfigSpace.CONVENTIONAL + 4) {
        // Only functions with a PCI Express (or PCI-X 2) capability have an extended list.
        return standardVisible && !express;
      }
      int at = ConfigSpace.CONVENTIONAL;
      int header = config.u32(at);
      boolean empty = header == 0 || header == -1;
      if (!express && (empty || standardVisible)) {
        if (!empty) {
          problems.add(
              "what reads like capabilities from 0x100 on is not believed: the function has no"
                  + " PCI Express capability");
        }
        return empty && standardVisible;
      }
      if (header == -1) {
        problems.add("the extended space reads as all ones from 0x100 on: it was not reached");
        return false;
      }
      filtered = header != 0 && ((header & 0xfffff) == 0 || (header & 0xffff) == 0xffff);
      // Where the standard list is broken, an Express capability may be behind the damage: what is
      // found here is there, but nothing else is ruled out.
      return header == 0 || (extendedFrom(at) && express);
    }

    private boolean extendedFrom(int start) {
      int at = start;
      String from = "the start";
      while (at != 0) {
        if (at < ConfigSpace.CONVENTIONAL) {
          problems.add("%s leads out of the extended space, to %#05x".formatted(from, at));
          return false;
        }
        if (!config.visible(at, 4)) {
          return cut(at);
        }
        if (seen.get(at)) {
          problems.add("%s loops back to %#05x".formatted(from, at));
          return false;
        }
        int header = config.u32(at);
        if (header == 0 || header == -1) {
          problems.add("%s leads to %#05x, where there is nothing".formatted(from, at));
          return false;
        }
        seen.set(at, at + 4);
        add(header, at);
        from = "the pointer at %#05x".formatted(at + 2);
        if ((header >>> 20 & 3) != 0) {
          problems.add("%s is not a multiple of 4: %#05x".formatted(from, header >>> 20));
        }
        at = header >>> 20 & 0xffc;
      }
      return true;
    }

    /** Names capabilities of known size that reach into the next one. */
    private void overlaps() {
      List<Capability> byOffset = new ArrayList<>(found);
      byOffset.sort((a, b) -> Integer.compare(a.offset(), b.offset()));
      for (int i = 1; i < byOffset.size(); i++) {
        Capability first = byOffset.get(i - 1);
        Capability second = byOffset.get(i);
        if (first.offset() + Layouts.smallestSize(first.key()) > second.offset()) {
          problems.add(
              "%s at %#x overlaps %s at %#x"
                  .formatted(second.name(), second.offset(), first.name(), first.offset()));
        }
      }
    }

    private void add(int header, int at) {
      int id = header & 0xffff;
      if (at == ConfigSpace.CONVENTIONAL && filtered) {
        return;
      }
      CapabilityKey key = CapabilityKey.extended(id);
      if (id == CapabilityKey.DVSEC && config.visible(at, Dvsec.HEADER_SIZE)) {
        key =
            CapabilityKey.dvsec((int) config.get(Dvsec.VENDOR, at), (int) config.get(Dvsec.ID, at));
      }
      found.add(new Capability(key, at, header >>> 16 & 0xf));
    }

    private boolean mayHaveExtended() {
      for (Capability capability : found) {
        // PCI-X has one if it runs at 266 or 533 MHz, of which bits 30 and 31 of its status tell.
        boolean fastPciX =
            capability.key().id() == PCI_X && (config.u32(capability.offset() + 4) >>> 30) != 0;
        if (capability.key().equals(PciExpress.KEY) || fastPciX) {
          return true;
        }
      }
      return false;
    }
  }
}
