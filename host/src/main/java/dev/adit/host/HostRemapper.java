package dev.adit.host;

import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.GuestMemory;
import dev.adit.interrupts.InterruptBus;
import dev.adit.interrupts.IsolationLevel;
import dev.adit.interrupts.MessageDomain;
import dev.adit.interrupts.MessageSink;
import dev.adit.interrupts.MessageStore;
import dev.adit.interrupts.Outcome;
import dev.adit.interrupts.Quotas;
import dev.adit.interrupts.RemapDomain;
import dev.adit.interrupts.Target;
import dev.adit.interrupts.VectorDomain;
import dev.adit.interrupts.VtdConfig;
import dev.adit.interrupts.VtdEntries;
import dev.adit.interrupts.VtdUnit;
import dev.adit.interrupts.spec.FaultReason;
import dev.adit.interrupts.spec.PostedDescriptor;
import dev.adit.interrupts.spec.VtdFields;
import dev.adit.interrupts.spec.VtdRegister;
import java.lang.foreign.Arena;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * The host's interrupt hardware, as functions that are passed to guests need it: a VT-d unit that
 * remaps and checks sources, and posted-interrupt descriptors. What a function sends is judged by
 * the unit; what it lets through is posted, and handed on at once.
 *
 * <p>It is a model, since a process can have no real one: the unit, its table and its faults are
 * those of the specification, the descriptors are served by the thread that sends.
 */
public final class HostRemapper implements MessageSink {
  /** Takes what was posted; neither blocks nor allocates. */
  @FunctionalInterface
  interface Landing {
    /** An interrupt has come for a vector of a descriptor. */
    void posted(int descriptor, int vector);
  }

  private static final int TABLE_BITS = 11;
  private static final int ENTRIES = 2 << TABLE_BITS;
  private static final long TABLE = 0x1000;
  private static final long TABLE_BYTES = ENTRIES * 16L;
  private static final long DESCRIPTORS = TABLE + TABLE_BYTES;
  private static final int WORDS = 4;
  private static final int NOTIFICATION = 0xF2;
  private static final int FIRST_VECTOR = 0x40;

  /** How many posted-interrupt descriptors there are for guests. */
  static final int COUNT = 255;

  /** The descriptor of the tenant beside; xAPIC has no processor of this number either. */
  private static final int BYSTANDER = 255;

  private final GuestMemory memory;
  private final VtdUnit unit;
  private final MessageDomain domain;
  private final AtomicLong delivered = new AtomicLong();
  private final AtomicLong strayed = new AtomicLong();
  private final Map<FaultReason, LongAdder> faults = new EnumMap<>(FaultReason.class);
  private volatile Landing landing = (descriptor, vector) -> {};

  /** A unit that is switched on, with all entries free. */
  public HostRemapper() {
    long bytes = DESCRIPTORS + (COUNT + 1) * (long) PostedDescriptor.BYTES;
    memory = GuestMemory.of(0, Arena.ofAuto().allocate(bytes, 4096));
    unit = new VtdUnit(VtdConfig.hardware(), memory, new Processors());
    write(VtdRegister.IRTA, TABLE | TABLE_BITS | VtdFields.EIME.mask());
    write(VtdRegister.GCMD, VtdFields.SIRTP.mask());
    write(VtdRegister.GCMD, VtdFields.IRE.mask());
    for (FaultReason reason : FaultReason.values()) {
      faults.put(reason, new LongAdder());
    }
    for (int i = 0; i <= COUNT; i++) {
      memory.setLong(at(i) + PostedDescriptor.CONTROL, PostedDescriptor.control(0, NOTIFICATION));
    }
    VtdEntries table =
        new VtdEntries(
            unit::invalidate, memory, TABLE, ENTRIES, true, false, IsolationLevel.REQUESTER_ID);
    Quotas quotas = Quotas.none("remapping entries");
    quotas.limit(Cookie.HOST.vm(), Integer.MAX_VALUE);
    domain = new RemapDomain(table, new VectorDomain(1, Quotas.none("vectors")), quotas);
  }

  private void write(VtdRegister register, long value) {
    unit.write(register.offset(), register.bytes(), value);
  }

  /** Says who takes what is posted from now on. */
  void land(Landing newLanding) {
    landing = newLanding;
  }

  /** {@return who composes messages here} */
  public MessageDomain domain() {
    return domain;
  }

  /** {@return the unit} */
  public VtdUnit unit() {
    return unit;
  }

  /** {@return a vector of a descriptor as the end of an interrupt} */
  static Target.Posted target(int descriptor, int vector) {
    return new Target.Posted(at(descriptor), vector, false);
  }

  private static long at(int descriptor) {
    return DESCRIPTORS + (long) descriptor * PostedDescriptor.BYTES;
  }

  @Override
  public void send(long address, int data, int requesterId, int pasid) {
    long packed = unit.remap(address, data, requesterId, pasid);
    Outcome outcome = new Outcome(packed);
    if (outcome.kind() == Outcome.Kind.FAULT) {
      outcome.reason().map(faults::get).ifPresent(LongAdder::increment);
    } else if (outcome.arrived()) {
      delivered.incrementAndGet();
    }
  }

  /**
   * Gives entries of the table to another tenant, whose function never sends: what arrives there
   * was forged by somebody.
   *
   * @param vm its number
   * @param requesterId its function's
   */
  public void bystander(int vm, int requesterId, int entries) {
    for (int i = 0; i < entries; i++) {
      Cookie cookie = new Cookie(vm, MessageStore.NO_PASID, 0);
      MessageDomain.Allocation _ =
          domain.allocate(cookie, requesterId, target(BYSTANDER, FIRST_VECTOR + i));
    }
  }

  /** {@return how many interrupts reached the tenant beside} */
  public long strayed() {
    return strayed.get();
  }

  /** {@return how many messages came through} */
  public long delivered() {
    return delivered.get();
  }

  /**
   * {@return how many messages were stopped, by reason; reasons that did not occur are left out}
   */
  public Map<FaultReason, Long> faults() {
    Map<FaultReason, Long> counts = new EnumMap<>(FaultReason.class);
    faults.forEach(
        (reason, count) -> {
          if (count.sum() > 0) {
            counts.put(reason, count.sum());
          }
        });
    return counts;
  }

  /** Where interrupts come out of the unit. */
  private final class Processors implements InterruptBus {
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
      int number = (int) ((descriptor - DESCRIPTORS) / PostedDescriptor.BYTES);
      for (int word = 0; word < WORDS; word++) {
        take(number, word, descriptor + word * 8L);
      }
    }

    private void take(int number, int word, long at) {
      long bits = memory.getLong(at);
      while (bits != 0 && !memory.compareAndSet(at, bits, 0)) {
        bits = memory.getLong(at);
      }
      for (; bits != 0; bits &= bits - 1) {
        if (number == BYSTANDER) {
          strayed.incrementAndGet();
        } else {
          landing.posted(number, word * 64 + Long.numberOfTrailingZeros(bits));
        }
      }
    }
  }
}
