package dev.adit.devices.dsa;

import dev.adit.devices.Dma;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A bus for tests: 4 KiB pages that lie in random order, with gaps that nobody may touch, in a
 * native block. A page may be missing, read-only, or out of direct reach. It insists on what {@link
 * Dma.View} asks of its users.
 */
final class PagedDma implements Dma {
  static final int PAGE = 4096;
  static final long BASE = 0x7f00_0000_0000L;

  /** What stands behind a page. */
  enum Kind {
    DIRECT,
    INDIRECT,
    READ_ONLY,
    HOLE
  }

  private static final byte GUARD = (byte) 0xc5;

  private final int pages;
  private final Kind[] kinds;
  private final int[] slots;
  private final boolean[] used;
  private final MemorySegment memory;

  /** The most bytes that one section let through. */
  long longestSection;

  /** How many sections were entered. */
  int sections;

  PagedDma(RandomGenerator random, int pages) {
    this.pages = pages;
    kinds = new Kind[pages];
    Arrays.fill(kinds, Kind.DIRECT);
    slots = new int[pages];
    used = new boolean[2 * pages + 2];
    memory = Arena.ofAuto().allocate((long) used.length * PAGE, PAGE);
    memory.fill(GUARD);
    int next = 1;
    for (int page = 0; page < pages; page++) {
      // Neighbours often lie side by side, so that runs are longer than a page.
      if (random.nextInt(3) == 0 || next == used.length - 1 || used[next]) {
        next = 1 + random.nextInt(used.length - 2);
        while (used[next]) {
          next = 1 + next % (used.length - 2);
        }
      }
      slots[page] = next;
      used[next] = true;
      next = next + 1;
    }
    byte[] noise = new byte[pages * PAGE];
    random.nextBytes(noise);
    for (int i = 0; i < pages; i++) {
      MemorySegment.copy(
          MemorySegment.ofArray(noise), (long) i * PAGE, memory, (long) slots[i] * PAGE, PAGE);
    }
  }

  /** Makes some pages of each kind. */
  PagedDma mix(RandomGenerator random, Kind... choice) {
    for (int page = 0; page < pages; page++) {
      kinds[page] = choice[random.nextInt(choice.length)];
    }
    return this;
  }

  long size() {
    return (long) pages * PAGE;
  }

  Kind kind(long address) {
    long page = Long.divideUnsigned(address - BASE, PAGE);
    return Long.compareUnsigned(page, pages) < 0 ? kinds[(int) page] : Kind.HOLE;
  }

  void kind(long address, Kind kind) {
    kinds[(int) ((address - BASE) / PAGE)] = kind;
  }

  boolean allows(long address, Access access) {
    return switch (kind(address)) {
      case DIRECT, INDIRECT -> true;
      case READ_ONLY -> access == Access.READ;
      case HOLE -> false;
    };
  }

  private long at(long address) {
    long offset = address - BASE;
    return (long) slots[(int) (offset / PAGE)] * PAGE + offset % PAGE;
  }

  /** {@return all pages in order of address, whatever their kind} */
  byte[] bytes() {
    byte[] all = new byte[pages * PAGE];
    for (int i = 0; i < pages; i++) {
      MemorySegment.copy(
          memory, (long) slots[i] * PAGE, MemorySegment.ofArray(all), (long) i * PAGE, PAGE);
    }
    return all;
  }

  byte[] bytes(long address, int length) {
    byte[] some = new byte[length];
    for (int i = 0; i < length; i++) {
      some[i] = memory.get(ValueLayout.JAVA_BYTE, at(address + i));
    }
    return some;
  }

  void bytes(long address, byte[] some) {
    for (int i = 0; i < some.length; i++) {
      memory.set(ValueLayout.JAVA_BYTE, at(address + i), some[i]);
    }
  }

  /** {@return whether nothing was written between the pages} */
  boolean guardsIntact() {
    for (int slot = 0; slot < used.length; slot++) {
      if (!used[slot]) {
        for (int i = 0; i < PAGE; i++) {
          if (memory.get(ValueLayout.JAVA_BYTE, (long) slot * PAGE + i) != GUARD) {
            return false;
          }
        }
      }
    }
    return true;
  }

  @Override
  public View view() {
    return new PagedView();
  }

  private final class PagedView implements View {
    private boolean inside;
    private boolean resolved;
    private boolean direct;
    private long offset;
    private long moved;

    @Override
    public void begin() {
      check(!inside, "sections do not nest");
      inside = true;
      sections++;
      moved = 0;
    }

    @Override
    public void end() {
      check(inside, "no section to leave");
      inside = false;
      resolved = false;
      longestSection = Math.max(longestSection, moved);
    }

    @Override
    public long resolve(int pasid, long address, long length, Access access) {
      check(inside, "outside of a section");
      check(length > 0, "nothing wanted");
      resolved = false;
      if (!allows(address, access)) {
        return 0;
      }
      boolean reach = kind(address) != Kind.INDIRECT;
      long run = Math.min(length, PAGE - (address & (PAGE - 1)));
      while (run < length
          && allows(address + run, access)
          && (kind(address + run) != Kind.INDIRECT) == reach
          && at(address + run) == at(address) + run) {
        run = Math.min(length, run + PAGE);
      }
      resolved = true;
      direct = reach;
      offset = at(address);
      return run;
    }

    @Override
    public @Nullable MemorySegment segment() {
      check(resolved && inside, "nothing resolved");
      return direct ? memory : null;
    }

    @Override
    public long offset() {
      check(resolved && inside, "nothing resolved");
      return offset;
    }

    @Override
    public long read(int pasid, long address, MemorySegment into, long at, long length) {
      return access(pasid, address, into, at, length, Access.READ);
    }

    @Override
    public long write(int pasid, long address, MemorySegment from, long at, long length) {
      return access(pasid, address, from, at, length, Access.WRITE);
    }

    private long access(
        int pasid, long address, MemorySegment other, long at, long length, Access access) {
      long done = 0;
      while (done < length) {
        long run = resolve(pasid, address + done, length - done, access);
        if (run == 0) {
          break;
        }
        if (access == Access.READ) {
          MemorySegment.copy(memory, offset, other, at + done, run);
        } else {
          MemorySegment.copy(other, at + done, memory, offset, run);
        }
        done += run;
      }
      resolved = false;
      moved += done;
      return done;
    }

    @Override
    public void close() {
      check(!inside, "closed in a section");
    }

    private static void check(boolean holds, String otherwise) {
      if (!holds) {
        throw new AssertionError(otherwise);
      }
    }
  }
}
