package dev.adit.vfiouser;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A region of a device: a BAR, the configuration space.
 *
 * @param size bytes; 0 if the device does not have it
 * @param readable whether reads reach the device; otherwise they give all ones
 * @param writable whether writes reach the device; otherwise they are dropped
 * @param mappable the areas that the client may map instead of asking; empty for none. Note that
 *     QEMU does not post writes to any region of a device that has one
 * @param memory what is behind the areas: its byte 0 is byte 0 of the region
 * @param doorbells writes that ring an eventfd without a message
 */
public record Region(
    long size,
    boolean readable,
    boolean writable,
    List<Area> mappable,
    @Nullable SharedMemory memory,
    List<Doorbell> doorbells) {
  /** The regions of a PCI device: BAR 0 to 5, then these. */
  public static final int ROM = 6, CONFIG = 7, VGA = 8;

  /** The number of regions of a PCI device. */
  public static final int PCI_COUNT = 9;

  /** A part of a region, in bytes, in whole pages. */
  public record Area(long offset, long size) {}

  /**
   * A doorbell of a region: a write of {@code size} bytes at {@code offset} signals an eventfd.
   *
   * @param match whether only {@code value} rings
   */
  public record Doorbell(long offset, int size, Eventfd eventfd, boolean match, long value) {}

  /** Checks the areas. */
  public Region {
    mappable = List.copyOf(mappable);
    doorbells = List.copyOf(doorbells);
    if (size < 0 || (memory == null && !mappable.isEmpty())) {
      throw new IllegalArgumentException("mappable areas need memory");
    }
    for (Area area : mappable) {
      boolean aligned = (area.offset | area.size) % 4096 == 0 && area.size > 0;
      if (!aligned || area.offset < 0 || area.offset > size - area.size) {
        throw new IllegalArgumentException("not whole pages of the region: " + area);
      }
      if (memory != null && area.offset > memory.size() - area.size) {
        throw new IllegalArgumentException("not within the memory: " + area);
      }
    }
    for (Doorbell bell : doorbells) {
      if (bell.offset < 0 || bell.size < 1 || bell.offset > size - bell.size) {
        throw new IllegalArgumentException("not within the region: " + bell);
      }
    }
  }

  /** {@return a region that the device does not have} */
  public static Region none() {
    return new Region(0, false, false, List.of(), null, List.of());
  }

  /** {@return a region every access to which reaches the device} */
  public static Region trapped(long size) {
    return new Region(size, true, true, List.of(), null, List.of());
  }

  /** {@return a region with areas that the client may map} */
  public static Region mappable(long size, SharedMemory memory, List<Area> areas) {
    return new Region(size, true, true, areas, memory, List.of());
  }
}
