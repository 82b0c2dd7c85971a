package dev.adit.host;

import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.GuestMemory;
import dev.adit.interrupts.InterruptBus;
import dev.adit.interrupts.IsolationLevel;
import dev.adit.interrupts.Message;
import dev.adit.interrupts.MessageStore;
import dev.adit.interrupts.domain.MessageDomain;
import dev.adit.interrupts.domain.Quotas;
import dev.adit.interrupts.domain.RemapDomain;
import dev.adit.interrupts.domain.VectorDomain;
import dev.adit.interrupts.remap.NoRemapper;
import dev.adit.interrupts.remap.Outcome;
import dev.adit.interrupts.remap.Remapper;
import dev.adit.interrupts.remap.VtdConfig;
import dev.adit.interrupts.remap.VtdEntries;
import dev.adit.interrupts.remap.VtdUnit;
import dev.adit.interrupts.spec.PostedDescriptor;
import dev.adit.interrupts.spec.RemappableMessage;
import dev.adit.interrupts.spec.VtdFields;
import dev.adit.interrupts.spec.VtdRegister;
import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The host's interrupt hardware, as functions that are passed to guests need it: from isolation
 * level 1 on a VT-d unit that remaps and checks sources, and posted-interrupt descriptors; on level
 * 0 nothing but processors, whose handlers inject. What a function sends is judged, and what is let
 * through is handed on at once to the tenant whose entry it named.
 *
 * <p>It is a model, since a process can have no real one: the unit, its table and its faults are
 * those of the specification, the descriptors are served by the thread that sends.
 */
public final class HostRemapper {
  private static final int TABLE_BITS = 11;
  private static final int ENTRIES = 2 << TABLE_BITS;
  private static final long TABLE = 0x1000;
  private static final long LIVE_PASIDS = TABLE + ENTRIES * 16L;
  private static final long PASID_BYTES = 1 << 17;
  private static final long DESCRIPTORS = LIVE_PASIDS + PASID_BYTES;
  private static final int WORDS = 4;
  private static final int NOTIFICATION = 0xF2;

  /** Processors of the host, where it has to take vectors of them. */
  private static final int PROCESSORS = 4;

  /** How many tenants there can be. */
  private static final int TENANTS = 16;

  /** Who owns what belongs to no tenant. */
  static final int NOBODY = 0;

  /** How many posted-interrupt descriptors each has; xAPIC has no processor 255 either. */
  static final int COUNT = 255;

  private final IsolationLevel level;
  private final GuestMemory memory;
  private final Remapper remapper;
  private final MessageDomain domain;

  /** Stands in for the unit on level 0. */
  private final @Nullable HostVectors injecting;

  /** Whose an entry of the table is. */
  private final AtomicIntegerArray owners = new AtomicIntegerArray(ENTRIES);

  private final AtomicReferenceArray<@Nullable HostTenant> tenants =
      new AtomicReferenceArray<>(TENANTS);
  private int joined;

  /** A unit that checks requester IDs. */
  public HostRemapper() {
    this(IsolationLevel.REQUESTER_ID);
  }

  /**
   * What checks on some level, with nothing allocated.
   *
   * @param level {@link IsolationLevel#DEVICE_PASID} is a matter of the functions and of who writes
   *     their stores; here it is the same as {@link IsolationLevel#REQUESTER_ID}
   */
  public HostRemapper(IsolationLevel level) {
    this.level = level;
    long bytes = DESCRIPTORS + TENANTS * (COUNT + 1) * (long) PostedDescriptor.BYTES;
    memory = GuestMemory.of(0, Arena.ofAuto().allocate(bytes, 4096));
    VectorDomain vectors = new VectorDomain(PROCESSORS, Quotas.none("vectors"));
    if (level == IsolationLevel.NONE) {
      HostVectors handlers = new HostVectors(vectors, PROCESSORS, this::land);
      injecting = handlers;
      remapper = new NoRemapper(handlers, true);
      domain = handlers;
      return;
    }
    injecting = null;
    boolean pasids = level == IsolationLevel.REMAPPER_PASID;
    VtdConfig config = VtdConfig.hardware();
    VtdUnit unit = new VtdUnit(pasids ? config.withPasidIsolation() : config, memory, new Posts());
    remapper = unit;
    write(unit, VtdRegister.IRTA, TABLE | TABLE_BITS | VtdFields.EIME.mask());
    write(unit, VtdRegister.GCMD, VtdFields.SIRTP.mask());
    if (pasids) {
      write(unit, VtdRegister.PILA, LIVE_PASIDS | VtdFields.PIE.mask());
    }
    write(unit, VtdRegister.GCMD, VtdFields.IRE.mask());
    for (int i = 0; i < TENANTS * (COUNT + 1); i++) {
      memory.setLong(at(i) + PostedDescriptor.CONTROL, PostedDescriptor.control(0, NOTIFICATION));
    }
    VtdEntries table = new VtdEntries(unit::invalidate, memory, TABLE, ENTRIES, true, false, level);
    Quotas quotas = Quotas.none("remapping entries");
    quotas.limit(Cookie.HOST.vm(), Integer.MAX_VALUE);
    domain = new RemapDomain(table, vectors, quotas);
  }

  private static void write(VtdUnit unit, VtdRegister register, long value) {
    unit.write(register.offset(), register.bytes(), value);
  }

  /**
   * Adds a tenant.
   *
   * @param requesterId its function's, which others may have too
   * @param pasid what its function's messages are tagged with on level 3; without that level they
   *     are not, as no function tags them
   * @throws IllegalStateException if there are too many
   */
  public synchronized HostTenant join(int requesterId, int pasid) {
    if (joined == TENANTS) {
      throw new IllegalStateException("The host has " + TENANTS + " tenants already");
    }
    boolean tagged = level == IsolationLevel.REMAPPER_PASID && pasid != MessageStore.NO_PASID;
    if (tagged) {
      long word = LIVE_PASIDS + (pasid >>> 6) * 8L;
      memory.setLong(word, memory.getLong(word) | 1L << (pasid & 63));
    }
    HostTenant tenant =
        new HostTenant(
            this,
            joined + 1,
            requesterId,
            tagged ? pasid : MessageStore.NO_PASID,
            at(joined * (COUNT + 1)));
    tenants.set(joined++, tenant);
    return tenant;
  }

  /** {@return what is checked here} */
  public IsolationLevel level() {
    return level;
  }

  /** {@return who composes messages here} */
  MessageDomain domain() {
    return domain;
  }

  /** {@return what checks messages here} */
  Remapper remapper() {
    return remapper;
  }

  /** Notes whom a message leads to. */
  void own(Message message, int tenant) {
    if (injecting == null) {
      owners.set(RemappableMessage.index(message.address(), message.data()), tenant);
    }
  }

  /** {@return the tenant that an interrupt which came out was for} */
  int owner(Outcome arrived) {
    if (injecting == null) {
      return owners.get(arrived.index());
    }
    long descriptor = injecting.descriptor(arrived.destination(), arrived.vector());
    return descriptor < 0 ? NOBODY : place(descriptor) / (COUNT + 1) + 1;
  }

  private static int place(long descriptor) {
    return (int) ((descriptor - DESCRIPTORS) / PostedDescriptor.BYTES);
  }

  private static long at(int descriptor) {
    return DESCRIPTORS + (long) descriptor * PostedDescriptor.BYTES;
  }

  /** Hands an interrupt to whom the descriptor belongs to. */
  private void land(long descriptor, int vector) {
    int place = place(descriptor);
    HostTenant tenant = tenants.get(place / (COUNT + 1));
    if (tenant != null) {
      tenant.landed(place % (COUNT + 1), vector);
    }
  }

  /** Where interrupts come out of the unit. */
  private final class Posts implements InterruptBus {
    @Override
    public void deliver(int destination, int vector, int attributes) {
      // No entry leads to a processor of the host.
    }

    /** Takes what was posted: the notification bit first, so that what comes later notifies. */
    @Override
    public void notify(int destination, int vector, long descriptor) {
      long control = descriptor + PostedDescriptor.CONTROL;
      long on = PostedDescriptor.ON.mask();
      for (long c = memory.getLong(control); !memory.compareAndSet(control, c, c & ~on); ) {
        c = memory.getLong(control);
      }
      for (int word = 0; word < WORDS; word++) {
        take(descriptor, word);
      }
    }

    private void take(long descriptor, int word) {
      long at = descriptor + word * 8L;
      long bits = memory.getLong(at);
      while (bits != 0 && !memory.compareAndSet(at, bits, 0)) {
        bits = memory.getLong(at);
      }
      for (; bits != 0; bits &= bits - 1) {
        land(descriptor, word * 64 + Long.numberOfTrailingZeros(bits));
      }
    }
  }
}
