package dev.adit.pci;

import dev.adit.pci.spec.CapabilityKey;
import dev.adit.pci.spec.CapabilityKey.Space;
import dev.adit.pci.spec.Field;
import dev.adit.pci.spec.Header;
import dev.adit.pci.spec.Layout;
import dev.adit.pci.spec.Register;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Builds the configuration space of an emulated function with a type 0 header and without I/O BARs,
 * ROM or INTx. Everything wrong is an {@link IllegalArgumentException}: only programmers call this.
 */
public final class ConfigSpaceBuilder {
  private static final int FIRST_STANDARD = 0x40;
  private static final int FIRST_EXTENDED = 0x100;

  private final Map<Field, Long> header = new HashMap<>();
  private final Map<Integer, EmulatedBar> bars = new HashMap<>();
  private final List<Placed> standard = new ArrayList<>();
  private final List<Placed> extended = new ArrayList<>();
  private final Map<CapabilityKey, Integer> bases = new HashMap<>();

  private record Placed(int base, CapabilityImage image) {
    int end() {
      return base + image.layout().size();
    }
  }

  ConfigSpaceBuilder() {
    bases.put(CapabilityKey.HEADER, 0);
  }

  /** Sets the vendor ID. */
  public ConfigSpaceBuilder vendor(int id) {
    return header(Header.VENDOR_ID, id);
  }

  /** Sets the device ID. */
  public ConfigSpaceBuilder device(int id) {
    return header(Header.DEVICE_ID, id);
  }

  /** Sets the subsystem. */
  public ConfigSpaceBuilder subsystem(int vendor, int id) {
    return header(Header.SUBSYSTEM_VENDOR_ID, vendor).header(Header.SUBSYSTEM_ID, id);
  }

  /** Sets the revision ID. */
  public ConfigSpaceBuilder revision(int id) {
    return header(Header.REVISION_ID, id);
  }

  /** Sets base class, sub-class and programming interface, 24 bits as in 0x088000. */
  public ConfigSpaceBuilder classCode(int code) {
    return header(Header.CLASS, code >>> 8).header(Header.PROGRAMMING_INTERFACE, code & 0xff);
  }

  private ConfigSpaceBuilder header(Field field, int value) {
    if (field.get(value) != value) {
      throw new IllegalArgumentException(field.name() + " cannot hold " + value);
    }
    header.put(field, (long) value);
    return this;
  }

  /** Adds a 32-bit memory BAR of {@code size} bytes. */
  public ConfigSpaceBuilder bar32(int index, long size, boolean prefetchable) {
    return bar(new EmulatedBar(index, size, false, prefetchable));
  }

  /** Adds a 64-bit memory BAR of {@code size} bytes; it also takes the index after it. */
  public ConfigSpaceBuilder bar64(int index, long size, boolean prefetchable) {
    return bar(new EmulatedBar(index, size, true, prefetchable));
  }

  private ConfigSpaceBuilder bar(EmulatedBar bar) {
    EmulatedBar below = bars.get(bar.index() - 1);
    if (bars.containsKey(bar.index())
        || (below != null && below.wide())
        || (bar.wide() && bars.containsKey(bar.index() + 1))) {
      throw new IllegalArgumentException("BAR " + bar.index() + " is taken");
    }
    bars.put(bar.index(), bar);
    return this;
  }

  /** Adds a capability behind the last one of its list. */
  public ConfigSpaceBuilder capability(EmulatedCapability capability) {
    boolean isStandard = capability.image().layout().key().space() == Space.STANDARD;
    List<Placed> list = isStandard ? standard : extended;
    int free = list.stream().mapToInt(Placed::end).max().orElse(0);
    int first = isStandard ? FIRST_STANDARD : FIRST_EXTENDED;
    return capability(Math.max(first, (free + 3) & ~3), capability);
  }

  /** Adds a capability at an offset; lists are chained in the order of the calls. */
  public ConfigSpaceBuilder capability(int offset, EmulatedCapability capability) {
    CapabilityImage image = capability.image();
    CapabilityKey key = image.layout().key();
    boolean isStandard = key.space() == Space.STANDARD;
    List<Placed> list = isStandard ? standard : extended;
    Placed placed = new Placed(offset, image);
    int first = isStandard ? FIRST_STANDARD : FIRST_EXTENDED;
    int end = isStandard ? FIRST_EXTENDED : EmulatedConfigSpace.SIZE;
    if ((offset & 3) != 0 || offset < first || placed.end() > end) {
      throw new IllegalArgumentException(
          "%s does not fit at %#x".formatted(image.layout().name(), offset));
    }
    if (!isStandard && list.isEmpty() && offset != FIRST_EXTENDED) {
      throw new IllegalArgumentException("the first extended capability must be at 0x100");
    }
    for (Placed other : list) {
      if (offset < other.end() && other.base() < placed.end()) {
        throw new IllegalArgumentException(
            "%s overlaps another capability".formatted(image.layout().name()));
      }
    }
    if (bases.putIfAbsent(key, offset) != null) {
      throw new IllegalArgumentException(image.layout().name() + " is there already");
    }
    list.add(placed);
    return this;
  }

  /** {@return the configuration space, in its reset state} */
  public EmulatedConfigSpace build() {
    byte[] image = new byte[EmulatedConfigSpace.SIZE];
    byte[] writable = new byte[EmulatedConfigSpace.SIZE];
    byte[] clearable = new byte[EmulatedConfigSpace.SIZE];
    header.forEach((field, value) -> field.write(image, 0, value));
    rules(Header.LAYOUT, Set.of(), 0, writable, clearable);
    for (EmulatedBar bar : bars.values()) {
      place(bar, image, writable);
    }
    if (bars.isEmpty()) {
      clear(Header.MEMORY_SPACE, writable);
    }
    if (!standard.isEmpty()) {
      Header.CAPABILITY_LIST.write(image, 0, 1);
      Header.CAPABILITIES_POINTER.write(image, 0, standard.getFirst().base());
    }
    for (List<Placed> list : List.of(standard, extended)) {
      for (int i = 0; i < list.size(); i++) {
        Placed placed = list.get(i);
        int next = i + 1 < list.size() ? list.get(i + 1).base() : 0;
        placed.image().place(image, placed.base(), next);
        rules(placed.image().layout(), placed.image().fixed(), placed.base(), writable, clearable);
      }
    }
    return new EmulatedConfigSpace(image, writable, clearable, bases, bars);
  }

  private static void place(EmulatedBar bar, byte[] image, byte[] writable) {
    Register low = new Register(CapabilityKey.HEADER, "BAR", bar.offset(), 4);
    long mask = -bar.size();
    low.write(image, 0, bar.type());
    low.write(writable, 0, mask & 0xfffffff0L);
    if (bar.wide()) {
      new Register(CapabilityKey.HEADER, "BAR", bar.offset() + 4, 4)
          .write(writable, 0, mask >>> 32);
    }
  }

  private static void rules(
      Layout layout, Set<Field> fixed, int base, byte[] writable, byte[] clearable) {
    for (Field field : layout.fields()) {
      if (fixed.contains(field)) {
        continue;
      }
      switch (field.access()) {
        case RW -> allow(field, base, writable);
        case RW1C -> allow(field, base, clearable);
        case RO, TRIGGER -> {}
      }
    }
  }

  private static void allow(Field field, int base, byte[] rule) {
    Register register = field.register();
    register.write(rule, base, register.read(rule, base) | field.mask());
  }

  private static void clear(Field field, byte[] rule) {
    Register register = field.register();
    register.write(rule, 0, register.read(rule, 0) & ~field.mask());
  }
}
