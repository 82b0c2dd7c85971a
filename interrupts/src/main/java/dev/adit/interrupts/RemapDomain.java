package dev.adit.interrupts;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A remapping unit above the processors: allocates an entry of its table, aims it at a vector or at
 * a guest's posted-interrupt descriptor, and composes a message that names the entry. Moving an
 * interrupt changes the entry and leaves the message alone.
 */
public final class RemapDomain implements MessageDomain {
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

  /** Where an entry leads, and the vector it holds for that. */
  private record Led(RemapTable.Aim aim, VectorDomain.@Nullable Vector vector) {
    void release() {
      if (vector != null) {
        vector.release();
      }
    }
  }

  private Led lead(Cookie cookie, Target target) {
    return switch (target) {
      case Target.Posted posted -> new Led(new RemapTable.Aim.Descriptor(posted), null);
      case Target.Cpu cpu -> {
        VectorDomain.Vector vector = vectors.allocate(cookie.vm(), cpu);
        yield new Led(new RemapTable.Aim.Vector(vector.cpu(), vector.vector()), vector);
      }
    };
  }

  private final class Entry implements Allocation {
    private final Cookie cookie;
    private final int requesterId;
    private int index;
    private int formerIndex = -1;
    private Led led;
    private @Nullable Led former;

    Entry(Cookie cookie, int requesterId, int index, Target target) {
      this.cookie = cookie;
      this.requesterId = requesterId;
      this.index = index;
      led = lead(cookie, target);
      try {
        table.fill(requesterId, index, led.aim(), cookie);
      } catch (DomainException e) {
        led.release();
        throw e;
      }
    }

    @Override
    public Message message() {
      return table.message(index);
    }

    @Override
    public int cpu() {
      return led.aim() instanceof RemapTable.Aim.Vector at ? at.cpu() : -1;
    }

    @Override
    public int vector() {
      return switch (led.aim()) {
        case RemapTable.Aim.Vector at -> at.vector();
        case RemapTable.Aim.Descriptor at -> at.posted().vector();
      };
    }

    @Override
    public boolean retarget(Target target) {
      settle();
      Led next = lead(cookie, target);
      boolean moved;
      try {
        moved = !table.aim(requesterId, index, next.aim(), cookie);
      } catch (DomainException e) {
        next.release();
        throw e;
      }
      if (moved) {
        int other = take(requesterId);
        if (other < 0) {
          next.release();
          throw new DomainException(
              DomainException.Reason.EXHAUSTED, "No remapping entry is left for the move");
        }
        table.fill(requesterId, other, next.aim(), cookie);
        formerIndex = index;
        index = other;
      }
      former = led;
      led = next;
      return moved;
    }

    @Override
    public void settle() {
      if (formerIndex >= 0) {
        table.empty(requesterId, formerIndex);
        give(requesterId, formerIndex);
        formerIndex = -1;
      }
      if (former != null) {
        former.release();
        former = null;
      }
    }

    @Override
    public void release() {
      settle();
      table.empty(requesterId, index);
      give(requesterId, index);
      quotas.give(cookie.vm());
      led.release();
    }
  }
}
