package dev.adit.pci;

import dev.adit.pci.spec.Header;
import java.util.ArrayList;
import java.util.List;

/**
 * A base address register in use (PCIe 7.5.1.2.1).
 *
 * @param index 0 to 5, or 6 for the expansion ROM
 * @param kind what it decodes
 * @param prefetchable reads have no side effect
 * @param enabled for a ROM, whether it decodes; the others follow the command register
 * @param address bus address, unsigned; 0 if none is assigned
 * @param size bytes, 0 if not known: configuration space alone does not tell
 */
public record Bar(
    int index, Kind kind, boolean prefetchable, boolean enabled, long address, long size) {
  private static final int ROM_TYPE_0 = 0x30;
  private static final int ROM_TYPE_1 = 0x38;

  /** What a BAR decodes. */
  public enum Kind {
    IO("I/O ports"),
    MEMORY_32("32-bit"),
    MEMORY_1M("low-1M"),
    MEMORY_64("64-bit"),
    UNKNOWN("type 3"),
    ROM("ROM");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    /** {@return how lspci calls it} */
    public String text() {
      return text;
    }
  }

  static List<Bar> of(SeenFunction function) {
    int type = function.headerType();
    ConfigSpace config = function.config();
    if (type > 1 || !(config.told() || config.visible(0, Header.LAYOUT.size()))) {
      return List.of();
    }
    List<Bar> bars = read(function, Header.BAR0, type == 0 ? 6 : 2, 0);
    int romAt = type == 0 ? ROM_TYPE_0 : ROM_TYPE_1;
    int rom = config.visible(romAt, 4) ? config.u32(romAt) : 0;
    long size = function.surroundings().size(Surroundings.ROM);
    if ((rom & ~0x7ff) != 0 || size != 0) {
      long address = Integer.toUnsignedLong(rom & ~0x7ff);
      bars.add(new Bar(Surroundings.ROM, Kind.ROM, false, (rom & 1) != 0, address, size));
    }
    return bars;
  }

  /**
   * Reads a run of registers.
   *
   * @param at where the first one lies
   * @param count how many
   * @param resource the first one's index in the list of resources
   */
  static List<Bar> read(SeenFunction function, int at, int count, int resource) {
    List<Bar> bars = new ArrayList<>();
    ConfigSpace config = function.config();
    for (int i = 0; i < count; i++) {
      if (!config.visible(at + 4 * i, 4)) {
        continue;
      }
      int low = config.u32(at + 4 * i);
      Kind kind = kind(low);
      long size = function.surroundings().size(resource + i);
      boolean wide = kind == Kind.MEMORY_64 && i + 1 < count && config.visible(at + 4 * i, 8);
      long high = wide ? config.u32(at + 4 * i + 4) : 0;
      if ((low == 0 && high == 0 && size == 0) || low == -1) {
        continue;
      }
      int mask = kind == Kind.IO ? ~3 : ~0xf;
      long address = Integer.toUnsignedLong(low & mask) | (high << 32);
      bars.add(new Bar(i, kind, kind != Kind.IO && (low & 8) != 0, true, address, size));
      i += wide ? 1 : 0;
    }
    return bars;
  }

  private static Kind kind(int low) {
    if ((low & 1) != 0) {
      return Kind.IO;
    }
    return switch (low >>> 1 & 3) {
      case 0 -> Kind.MEMORY_32;
      case 1 -> Kind.MEMORY_1M;
      case 2 -> Kind.MEMORY_64;
      default -> Kind.UNKNOWN;
    };
  }
}
