package dev.adit.interrupts.domain;

import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.DomainException;
import dev.adit.interrupts.Message;
import dev.adit.interrupts.Target;
import dev.adit.interrupts.spec.CompatibilityMessage;
import dev.adit.interrupts.store.StoreTraits;

/**
 * The processors' vectors: allocates them, and composes messages in compatibility format, which
 * name processor and vector themselves. What bare metal without remapping has, and what a guest
 * believes it has.
 */
public final class VectorDomain implements MessageDomain {
  /** The first vector that devices get; those below are the processor's and the legacy ones. */
  public static final int FIRST_VECTOR = 0x30;

  /** The last vector that devices get; those above are the system's own. */
  public static final int LAST_VECTOR = 0xEF;

  private static final int VECTORS = LAST_VECTOR - FIRST_VECTOR + 1;

  private final Quotas quotas;
  private final IndexPool[] vectors;
  private final IndexPool room;
  private int cursor;

  /**
   * Makes the domain of a machine.
   *
   * @param cpus processors; their numbers are their APIC IDs
   * @param quotas vectors for each tenant
   */
  public VectorDomain(int cpus, Quotas quotas) {
    this.quotas = quotas;
    vectors = new IndexPool[cpus];
    for (int i = 0; i < cpus; i++) {
      vectors[i] = new IndexPool(VECTORS);
    }
    room = new IndexPool(cpus);
  }

  @Override
  public String name() {
    return "vector";
  }

  @Override
  public void require(StoreTraits store) {
    // A message that names its vector can be sent from anywhere.
  }

  @Override
  public Allocation allocate(Cookie cookie, int requesterId, Target target) {
    return allocate(cookie.vm(), target);
  }

  /** {@return a vector of its choice for a tenant} */
  Vector allocate(int vm, Target target) {
    return new Vector(vm, hold(vm, target));
  }

  /** {@return a vector of its choice, now a tenant's: the processor times 256, plus the vector} */
  int hold(int vm, Target target) {
    int cpu = processor(target);
    quotas.take(vm);
    int at = take(cpu);
    if (at < 0) {
      quotas.give(vm);
      String where = cpu < 0 ? "any of " + vectors.length + " processors" : "processor " + cpu;
      throw new DomainException(DomainException.Reason.EXHAUSTED, "No vector is left on " + where);
    }
    return at;
  }

  /** Takes a vector back. */
  void drop(int vm, int at) {
    give(at);
    quotas.give(vm);
  }

  private int processor(Target target) {
    if (target instanceof Target.Cpu(int cpu) && cpu >= -1 && cpu < vectors.length) {
      return cpu;
    }
    throw new DomainException(
        DomainException.Reason.TARGET,
        "The vector domain reaches processors 0 to " + (vectors.length - 1) + ", not " + target);
  }

  /** {@return processor * 256 + vector, or -1} */
  private synchronized int take(int wanted) {
    int cpu = wanted;
    if (cpu < 0) {
      cpu = cursor;
      cursor = (cursor + 1) % vectors.length;
      cpu = vectors[cpu].free() > 0 ? cpu : room.first();
    }
    if (cpu < 0 || vectors[cpu].free() == 0) {
      return -1;
    }
    int vector = vectors[cpu].take();
    if (vectors[cpu].free() == 0) {
      room.take(cpu);
    }
    return cpu << 8 | (FIRST_VECTOR + vector);
  }

  private synchronized void give(int at) {
    int cpu = at >>> 8;
    if (vectors[cpu].free() == 0) {
      room.give(cpu);
    }
    vectors[cpu].give((at & 0xFF) - FIRST_VECTOR);
  }

  /** A vector on a processor. */
  final class Vector implements Allocation {
    private final int vm;
    private int at;
    private int former = -1;

    private Vector(int vm, int at) {
      this.vm = vm;
      this.at = at;
    }

    @Override
    public int cpu() {
      return at >>> 8;
    }

    @Override
    public int vector() {
      return at & 0xFF;
    }

    @Override
    public Message message() {
      CompatibilityMessage message = CompatibilityMessage.fixed(cpu(), vector());
      return new Message(message.address(), message.data());
    }

    @Override
    public boolean retarget(Target target) {
      int cpu = processor(target);
      if (cpu < 0 || cpu == cpu()) {
        return false;
      }
      settle();
      int next = take(cpu);
      if (next < 0) {
        throw new DomainException(
            DomainException.Reason.EXHAUSTED, "No vector is left on processor " + cpu);
      }
      former = at;
      at = next;
      return true;
    }

    /** Goes back to where it was before the last {@link #retarget}. */
    void undo() {
      if (former >= 0) {
        give(at);
        at = former;
        former = -1;
      }
    }

    @Override
    public void settle() {
      if (former >= 0) {
        give(former);
        former = -1;
      }
    }

    @Override
    public void release() {
      settle();
      drop(vm, at);
    }
  }
}
