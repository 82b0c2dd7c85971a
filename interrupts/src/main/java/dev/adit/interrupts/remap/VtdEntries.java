package dev.adit.interrupts.remap;

import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.GuestMemory;
import dev.adit.interrupts.IsolationLevel;
import dev.adit.interrupts.Message;
import dev.adit.interrupts.MessageStore;
import dev.adit.interrupts.Target;
import dev.adit.interrupts.spec.Attributes;
import dev.adit.interrupts.spec.Irte;
import dev.adit.interrupts.spec.RemappableMessage;

/**
 * A VT-d interrupt remapping table in memory, programmed the way VT-d 9.9 asks: the word with P is
 * written last when an entry comes into use and first when it goes, a present entry changes by one
 * store, and every change of a present entry is followed by an invalidation that is awaited.
 */
public final class VtdEntries implements RemapTable {
  /** How the unit is told that an entry has changed; {@link Remapper#invalidate} for instance. */
  @FunctionalInterface
  public interface Invalidation {
    /** Makes the unit forget entries, and waits until no message is on its way by them. */
    void invalidate(int requesterId, int first, int count);
  }

  private static final int MAX_SIZE = 65_536;

  private final Invalidation unit;
  private final GuestMemory memory;
  private final long base;
  private final int size;
  private final boolean extendedMode;
  private final boolean cachingMode;
  private final boolean checkSource;
  private final boolean bindPasid;

  /**
   * Takes over a table that is empty.
   *
   * @param unit tells the unit that was pointed to the table
   * @param memory where the table lies
   * @param base the table's address
   * @param size its entries
   * @param extendedMode whether the unit was told so, by EIME: destinations have 32 bits
   * @param cachingMode whether the unit caches what is not present too, CAP.CM
   * @param isolation {@link IsolationLevel#NONE} leaves the source of a message unchecked, {@link
   *     IsolationLevel#REMAPPER_PASID} binds entries to PASIDs; anything between checks requester
   *     IDs
   */
  public VtdEntries(
      Invalidation unit,
      GuestMemory memory,
      long base,
      int size,
      boolean extendedMode,
      boolean cachingMode,
      IsolationLevel isolation) {
    if (size < 1 || size > MAX_SIZE || !memory.holds(base, (long) size * Irte.BYTES)) {
      throw new IllegalArgumentException("no table of " + size + " entries at " + base);
    }
    this.unit = unit;
    this.memory = memory;
    this.base = base;
    this.size = size;
    this.extendedMode = extendedMode;
    this.cachingMode = cachingMode;
    checkSource = isolation != IsolationLevel.NONE;
    bindPasid = isolation == IsolationLevel.REMAPPER_PASID;
  }

  @Override
  public int size(int requesterId) {
    return size;
  }

  @Override
  public boolean perFunction() {
    return false;
  }

  @Override
  public Message message(int index) {
    RemappableMessage message = RemappableMessage.of(index);
    return new Message(message.address(), message.data());
  }

  @Override
  public void fill(int requesterId, int index, Aim aim, Cookie cookie) {
    Irte irte = entry(requesterId, aim, cookie);
    memory.setLong(at(index) + 8, irte.hi());
    memory.setLong(at(index), irte.lo());
    if (cachingMode) {
      unit.invalidate(requesterId, index, 1);
    }
  }

  @Override
  public boolean aim(int requesterId, int index, Aim aim, Cookie cookie) {
    Irte irte = entry(requesterId, aim, cookie);
    if (memory.getLong(at(index) + 8) != irte.hi()) {
      return false;
    }
    memory.setLong(at(index), irte.lo());
    unit.invalidate(requesterId, index, 1);
    return true;
  }

  @Override
  public void empty(int requesterId, int index) {
    memory.setLong(at(index), 0);
    memory.setLong(at(index) + 8, 0);
    unit.invalidate(requesterId, index, 1);
  }

  private Irte entry(int requesterId, Aim aim, Cookie cookie) {
    Irte irte =
        switch (aim) {
          case Aim.Vector(int cpu, int vector) ->
              Irte.remapped(extendedMode ? cpu : Irte.xapic(cpu), vector, Attributes.FIXED_EDGE);
          case Aim.Descriptor(Target.Posted(long descriptor, int vector, boolean urgent)) ->
              Irte.posted(descriptor, vector, urgent);
        };
    if (checkSource) {
      irte = irte.from(requesterId, 0);
    }
    boolean bound = bindPasid && cookie.pasid() != MessageStore.NO_PASID;
    return bound ? irte.withPasid(cookie.pasid(), true) : irte;
  }

  private long at(int index) {
    return base + (long) index * Irte.BYTES;
  }
}
