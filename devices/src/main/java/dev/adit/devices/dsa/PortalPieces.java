package dev.adit.devices.dsa;

import dev.adit.devices.dsa.spec.Descriptor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Puts descriptors together from the pieces in which a VMM that traps portals sends them, for each
 * 64-byte slot of a page; a piece for bytes that are there already begins a new descriptor. Two
 * processors that write the same slot at once mix their descriptors, as nothing in their pieces
 * tells them apart.
 */
final class PortalPieces {
  /** Takes a whole descriptor. */
  interface Taker {
    void take(int portal, MemorySegment from, long at);
  }

  private static final int SLOTS = Portals.PAGE / Descriptor.BYTES;
  private static final long WHOLE = -1;

  private static final class Page {
    final MemorySegment bytes = Arena.ofAuto().allocate(Portals.PAGE, Descriptor.BYTES);
    final long[] present = new long[SLOTS];
  }

  private final Taker taker;
  private final @Nullable Page[] pages;

  /**
   * @param portals how many pages there are
   */
  PortalPieces(int portals, Taker taker) {
    this.taker = taker;
    pages = new Page[portals];
  }

  /** Takes a piece; from the thread of register accesses. */
  void write(long offset, int width, long value) {
    int portal = portal(offset);
    boolean shaped = width == 1 || width == 2 || width == 4 || width == 8;
    if (portal < 0 || !shaped || offset % width != 0) {
      return;
    }
    Page page = pages[portal];
    if (page == null) {
      page = new Page();
      pages[portal] = page;
    }
    int at = (int) (offset % Portals.PAGE);
    int slot = at / Descriptor.BYTES;
    long bits = ((1L << width) - 1) << (at % Descriptor.BYTES);
    if ((page.present[slot] & bits) != 0) {
      page.present[slot] = 0;
    }
    put(page.bytes, at, width, value);
    page.present[slot] |= bits;
    if (page.present[slot] == WHOLE) {
      page.present[slot] = 0;
      taker.take(portal, page.bytes, (long) slot * Descriptor.BYTES);
    }
  }

  private static void put(MemorySegment to, int at, int width, long value) {
    for (int i = 0; i < width; i++) {
      to.set(ValueLayout.JAVA_BYTE, at + i, (byte) (value >>> (8 * i)));
    }
  }

  /** {@return the page that an offset lies in, or -1} */
  int portal(long offset) {
    return offset < 0 || offset >= (long) pages.length * Portals.PAGE
        ? -1
        : (int) (offset / Portals.PAGE);
  }

  /** Forgets what has not become whole. */
  void clear() {
    for (Page page : pages) {
      if (page != null) {
        Arrays.fill(page.present, 0);
      }
    }
  }
}
