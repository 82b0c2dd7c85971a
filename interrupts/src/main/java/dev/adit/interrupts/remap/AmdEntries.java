package dev.adit.interrupts.remap;

import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.DomainException;
import dev.adit.interrupts.GuestMemory;
import dev.adit.interrupts.Message;
import dev.adit.interrupts.spec.AmdDeviceEntry;
import dev.adit.interrupts.spec.AmdIrte;
import dev.adit.interrupts.spec.AmdMessage;
import java.util.HashMap;
import java.util.Map;

/**
 * The interrupt remapping tables of an AMD unit, one for each function, programmed as software
 * does: an entry becomes valid with the write of its low word, and every change of a valid entry is
 * followed by an invalidation of the function's table that is awaited. A function gets its table,
 * and the device table entry that points to it, with its first interrupt.
 *
 * <p>An entry of 128 bits has vector and destination in different words. To change both, the
 * interrupt moves to another entry; to change one, or an entry of 32 bits, it stays.
 */
public final class AmdEntries implements RemapTable {
  private final VtdEntries.Invalidation unit;
  private final GuestMemory memory;
  private final long devices;
  private final int functions;
  private final long base;
  private final int tables;
  private final int length;
  private final AmdConfig format;
  private final Map<Integer, Long> given = new HashMap<>();

  /**
   * Takes over a device table, and memory that is zero for interrupt tables.
   *
   * @param unit makes the unit forget a function's device table entry and interrupt table, and
   *     waits until no message is on its way by them
   * @param devices address of the device table the unit was pointed to
   * @param functions requester IDs that it covers
   * @param base address of the memory for tables, a multiple of 128
   * @param tables how many fit in
   * @param length log2 of the entries of each, at most 11
   * @param format of the entries, as the unit was told by GAEn and XTEn
   */
  public AmdEntries(
      VtdEntries.Invalidation unit,
      GuestMemory memory,
      long devices,
      int functions,
      long base,
      int tables,
      int length,
      AmdConfig format) {
    if (length < 0 || 1 << length > AmdIrte.MAX_ENTRIES || (base & 127) != 0) {
      throw new IllegalArgumentException("no table of 2^" + length + " entries at " + base);
    }
    this.unit = unit;
    this.memory = memory;
    this.devices = devices;
    this.functions = functions;
    this.base = base;
    this.tables = tables;
    this.length = length;
    this.format = format;
    if (!memory.holds(devices, (long) functions * AmdDeviceEntry.BYTES)
        || !memory.holds(base, tables * tableBytes())) {
      throw new IllegalArgumentException("The tables do not lie in memory");
    }
  }

  private long tableBytes() {
    return Math.max((long) entryBytes() << length, 128);
  }

  private int entryBytes() {
    return format.longEntries() ? 16 : 4;
  }

  @Override
  public int size(int requesterId) {
    return 1 << length;
  }

  @Override
  public boolean perFunction() {
    return true;
  }

  @Override
  public Message message(int index) {
    AmdMessage message = AmdMessage.of(index);
    return new Message(message.address(), message.data());
  }

  @Override
  public void fill(int requesterId, int index, Aim aim, Cookie cookie) {
    AmdIrte irte = entry(aim);
    long at = at(requesterId, index);
    if (format.longEntries()) {
      memory.setLong(at + 8, irte.hi());
      memory.setLong(at, irte.lo());
    } else {
      memory.setInt(at, irte.to32());
    }
  }

  @Override
  public boolean aim(int requesterId, int index, Aim aim, Cookie cookie) {
    AmdIrte irte = entry(aim);
    long at = at(requesterId, index);
    if (!format.longEntries()) {
      memory.setInt(at, irte.to32());
    } else if (memory.getLong(at + 8) == irte.hi()) {
      memory.setLong(at, irte.lo());
    } else if (memory.getLong(at) == irte.lo()) {
      memory.setLong(at + 8, irte.hi());
    } else {
      return false;
    }
    unit.invalidate(requesterId, index, 1);
    return true;
  }

  @Override
  public void empty(int requesterId, int index) {
    long at = at(requesterId, index);
    if (format.longEntries()) {
      memory.setLong(at, 0);
      memory.setLong(at + 8, 0);
    } else {
      memory.setInt(at, 0);
    }
    unit.invalidate(requesterId, index, 1);
  }

  private AmdIrte entry(Aim aim) {
    return switch (aim) {
      case Aim.Vector(int cpu, int vector) -> {
        if (!format.extendedDestination() && cpu >>> 8 != 0) {
          throw new DomainException(
              DomainException.Reason.EXHAUSTED, "Processor " + cpu + " needs XTEn");
        }
        yield AmdIrte.remapped(cpu, vector, false, false);
      }
      case Aim.Descriptor _ ->
          throw new DomainException(
              DomainException.Reason.STORE, "AMD entries in guest mode are not modelled");
    };
  }

  private long at(int requesterId, int index) {
    return table(requesterId & 0xFFFF) + (long) index * entryBytes();
  }

  private synchronized long table(int requesterId) {
    Long known = given.get(requesterId);
    if (known != null) {
      return known;
    }
    if (requesterId >= functions || given.size() == tables) {
      throw new DomainException(
          DomainException.Reason.EXHAUSTED,
          "No interrupt table is left for function " + Integer.toHexString(requesterId));
    }
    long root = base + given.size() * tableBytes();
    given.put(requesterId, root);
    long at = devices + (long) requesterId * AmdDeviceEntry.BYTES + AmdDeviceEntry.OFFSET;
    memory.setLong(at, AmdDeviceEntry.remap(root, length).word());
    unit.invalidate(requesterId, 0, 1 << length);
    return root;
  }
}
