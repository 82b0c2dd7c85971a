package dev.adit.interrupts.post;

import dev.adit.interrupts.GuestMemory;
import dev.adit.interrupts.InterruptBus;
import dev.adit.interrupts.IsolationLevel;
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
import dev.adit.interrupts.spec.Irte;
import dev.adit.interrupts.spec.PostedDescriptor;
import dev.adit.interrupts.spec.VtdFields;
import dev.adit.interrupts.spec.VtdRegister;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * The interrupt hardware of a host with guests, switched on. From isolation level 1 on a VT-d unit
 * in x2APIC mode that validates sources, its remapping table, and posted-interrupt descriptors; on
 * level 0 nothing but processors, whose handlers inject. Level 3 adds the PASID extension.
 *
 * <pre>
 *   base    remapping table
 *   then    one bit for each PASID that is live, on level 3 only
 *   then    posted-interrupt descriptors
 * </pre>
 */
public final class PostingHost {
  private static final long PAGE = 4096;
  private static final long PASID_BYTES = 1 << 17;
  private static final int PASID_LIMIT = 1 << 20;

  /** The owner of what belongs to nobody. */
  public static final int NOBODY = 0;

  /**
   * What a host has.
   *
   * @param level what is checked; {@link IsolationLevel#DEVICE_PASID} is a matter of the functions
   *     and of who writes their stores, here it is the same as {@link IsolationLevel#REQUESTER_ID}
   * @param tableBits the table has 2 to the power of this plus 1 entries, 0 to 15: field S of the
   *     register IRTA
   * @param descriptors posted-interrupt descriptors, at least 1
   * @param processors the host's own
   */
  public record Plan(IsolationLevel level, int tableBits, int descriptors, int processors) {
    /** Checks the numbers. */
    public Plan {
      if (tableBits < 0 || tableBits > 15 || descriptors < 1 || processors < 1) {
        throw new IllegalArgumentException("no such host: table bits " + tableBits);
      }
    }

    private int entries() {
      return 2 << tableBits;
    }

    private long livePasids() {
      return (long) entries() * Irte.BYTES + PAGE - 1 & -PAGE;
    }

    private long firstDescriptor() {
      return livePasids() + (level == IsolationLevel.REMAPPER_PASID ? PASID_BYTES : 0);
    }

    /** {@return bytes of memory that all of it takes} */
    public long bytes() {
      return firstDescriptor() + (long) descriptors * PostedDescriptor.BYTES;
    }
  }

  /** Nobody takes what is meant for a processor of the host. */
  private static final class NoProcessors implements InterruptBus {
    @Override
    public void deliver(int destination, int vector, int attributes) {
      // No entry is aimed at one.
    }
  }

  private final Plan plan;
  private final GuestMemory memory;
  private final long base;
  private final PostedDescriptors descriptors;
  private final Remapper remapper;
  private final MessageDomain domain;
  private final @Nullable InjectingDomain injecting;
  private final @Nullable OwnedEntries entries;

  /** A host of its own memory, which nobody's quotas limit and whose processors take nothing. */
  public PostingHost(Plan plan) {
    this(
        plan,
        GuestMemory.of(0, Arena.ofAuto().allocate(plan.bytes(), PAGE)),
        0,
        new NoProcessors(),
        new VectorDomain(plan.processors(), Quotas.none("vectors")),
        Quotas.none("remapping entries"));
  }

  /**
   * A host in a machine's memory.
   *
   * @param memory zeroed from {@code base} on
   * @param base a multiple of 4,096, {@link Plan#bytes} of memory
   * @param processors take interrupts that are meant for the host itself
   * @param vectors of the processors
   * @param quotas remapping entries for each tenant
   */
  public PostingHost(
      Plan plan,
      GuestMemory memory,
      long base,
      InterruptBus processors,
      VectorDomain vectors,
      Quotas quotas) {
    this.plan = plan;
    this.memory = memory;
    this.base = base;
    descriptors =
        new PostedDescriptors(
            memory, base + plan.firstDescriptor(), plan.descriptors(), processors);
    if (plan.level() == IsolationLevel.NONE) {
      InjectingDomain handlers = new InjectingDomain(vectors, plan.processors(), descriptors);
      injecting = handlers;
      entries = null;
      remapper = new NoRemapper(handlers, true);
      domain = handlers;
    } else {
      injecting = null;
      VtdUnit unit = unit();
      remapper = unit;
      OwnedEntries owned =
          new OwnedEntries(
              new VtdEntries(
                  unit::invalidate, memory, base, plan.entries(), true, false, plan.level()));
      entries = owned;
      domain = new RemapDomain(owned, vectors, quotas);
    }
  }

  private VtdUnit unit() {
    boolean pasids = plan.level() == IsolationLevel.REMAPPER_PASID;
    VtdConfig config = VtdConfig.hardware();
    VtdUnit unit = new VtdUnit(pasids ? config.withPasidIsolation() : config, memory, descriptors);
    write(unit, VtdRegister.IRTA, base | plan.tableBits() | VtdFields.EIME.mask());
    write(unit, VtdRegister.GCMD, VtdFields.SIRTP.mask());
    if (pasids) {
      write(unit, VtdRegister.PILA, base + plan.livePasids() | VtdFields.PIE.mask());
    }
    write(unit, VtdRegister.GCMD, VtdFields.IRE.mask());
    return unit;
  }

  private static void write(VtdUnit unit, VtdRegister register, long value) {
    unit.write(register.offset(), register.bytes(), value);
  }

  /** {@return what is checked here} */
  public IsolationLevel level() {
    return plan.level();
  }

  /** {@return what checks messages here} */
  public Remapper remapper() {
    return remapper;
  }

  /** {@return who composes messages here} */
  public MessageDomain domain() {
    return domain;
  }

  /** {@return where interrupts for guests come out} */
  public PostedDescriptors descriptors() {
    return descriptors;
  }

  /**
   * Lets messages with a PASID pass, on level 3; on others nothing looks at it.
   *
   * @param pasid 20 bits
   */
  public synchronized void admit(int pasid) {
    if (pasid < 0 || pasid >= PASID_LIMIT) {
      throw new IllegalArgumentException("a PASID has 20 bits: " + pasid);
    }
    if (plan.level() == IsolationLevel.REMAPPER_PASID) {
      long word = base + plan.livePasids() + (pasid >>> 6) * 8L;
      memory.setLong(word, memory.getLong(word) | 1L << (pasid & 63));
    }
  }

  /**
   * {@return the number of the tenant whose entry or vector an outcome names, present or last;
   * {@link #NOBODY} if there is none}
   */
  public int owner(Outcome outcome) {
    if (injecting != null) {
      return injecting.owner(outcome.destination(), outcome.vector());
    }
    return entries == null ? NOBODY : entries.owner(outcome.index());
  }
}
