package dev.adit.interrupts.domain;

import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.DomainException;
import dev.adit.interrupts.Message;
import dev.adit.interrupts.Target;
import dev.adit.interrupts.remap.RemapTable;
import dev.adit.interrupts.store.StoreTraits;
import java.util.HashMap;
import java.util.Map;

/**
 * A remapping unit above the processors: allocates an entry of its table, aims it at a vector or at
 * a guest's posted-interrupt descriptor, and composes a message that names the entry. Moving an
 * interrupt changes the entry and leaves the message alone.
 */
public final class RemapDomain implements MessageDomain {
  private static final int NONE = -1;

  private final RemapTable table;
  private final VectorDomain vectors;
  private final Quotas quotas;
  private final Map<Integer, IndexPool> pools = new HashMap<>();

  /**
   * Makes the domain of a unit.
   *
   * @param table its entries, all free
   * @param vectors the processors' vectors
   * @param quotas entries for each tenant
   */
  public RemapDomain(RemapTable table, VectorDomain vectors, Quotas quotas) {
    this.table = table;
    this.vectors = vectors;
    this.quotas = quotas;
  }

  @Override
  public String name() {
    return "remap";
  }

  @Override
  public void require(StoreTraits store) {
    // Whoever writes the pair: the entry checks the source of the message.
  }

  @Override
  public Allocation allocate(Cookie cookie, int requesterId, Target target) {
    quotas.take(cookie.vm());
    int index = take(requesterId);
    if (index < 0) {
      quotas.give(cookie.vm());
      throw new DomainException(
          DomainException.Reason.EXHAUSTED,
          "All " + table.size(requesterId) + " remapping entries are taken");
    }
    try {
      return new Entry(cookie, requesterId, index, target);
    } catch (DomainException e) {
      give(requesterId, index);
      quotas.give(cookie.vm());
      throw e;
    }
  }

  private synchronized int take(int requesterId) {
    return pool(requesterId).take();
  }

  private synchronized void give(int requesterId, int index) {
    pool(requesterId).give(index);
  }

  private IndexPool pool(int requesterId) {
    int key = table.perFunction() ? requesterId : -1;
    return pools.computeIfAbsent(key, _ -> new IndexPool(table.size(requesterId)));
  }

  /** {@return the vector that an entry has to hold for a target; {@link #NONE} in a guest} */
  private int hold(Cookie cookie, Target target) {
    return target instanceof Target.Cpu ? vectors.hold(cookie.vm(), target) : NONE;
  }

  private void drop(Cookie cookie, int held) {
    if (held != NONE) {
      vectors.drop(cookie.vm(), held);
    }
  }

  private static RemapTable.Aim aim(Target target, int held) {
    return switch (target) {
      case Target.Posted posted -> new RemapTable.Aim.Descriptor(posted);
      case Target.Cpu _ -> new RemapTable.Aim.Vector(held >>> 8, held & 0xFF);
    };
  }

  private final class Entry implements Allocation {
    private final Cookie cookie;
    private final int requesterId;
    private int index;
    private int formerIndex = -1;
    private Target target;
    private int held;
    private int formerlyHeld = NONE;

    Entry(Cookie cookie, int requesterId, int index, Target target) {
      this.cookie = cookie;
      this.requesterId = requesterId;
      this.index = index;
      this.target = target;
      held = hold(cookie, target);
      try {
        table.fill(requesterId, index, aim(target, held), cookie);
      } catch (DomainException e) {
        drop(cookie, held);
        throw e;
      }
    }

    @Override
    public Message message() {
      return table.message(index);
    }

    @Override
    public int cpu() {
      return held == NONE ? -1 : held >>> 8;
    }

    @Override
    public int vector() {
      return target instanceof Target.Posted posted ? posted.vector() : held & 0xFF;
    }

    @Override
    public boolean retarget(Target target) {
      settle();
      int next = hold(cookie, target);
      boolean moved;
      try {
        moved = !table.aim(requesterId, index, aim(target, next), cookie);
      } catch (DomainException e) {
        drop(cookie, next);
        throw e;
      }
      if (moved) {
        int other = take(requesterId);
        if (other < 0) {
          drop(cookie, next);
          throw new DomainException(
              DomainException.Reason.EXHAUSTED, "No remapping entry is left for the move");
        }
        table.fill(requesterId, other, aim(target, next), cookie);
        formerIndex = index;
        index = other;
      }
      formerlyHeld = held;
      held = next;
      this.target = target;
      return moved;
    }

    @Override
    public void settle() {
      if (formerIndex >= 0) {
        table.empty(requesterId, formerIndex);
        give(requesterId, formerIndex);
        formerIndex = -1;
      }
      drop(cookie, formerlyHeld);
      formerlyHeld = NONE;
    }

    @Override
    public void release() {
      settle();
      table.empty(requesterId, index);
      give(requesterId, index);
      quotas.give(cookie.vm());
      drop(cookie, held);
    }
  }
}
