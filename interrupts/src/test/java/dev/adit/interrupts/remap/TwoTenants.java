package dev.adit.interrupts.remap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.DomainException;
import dev.adit.interrupts.Formats;
import dev.adit.interrupts.GuestMemory;
import dev.adit.interrupts.InterruptBus;
import dev.adit.interrupts.IsolationLevel;
import dev.adit.interrupts.MessageStore;
import dev.adit.interrupts.RegisterWindow;
import dev.adit.interrupts.Target;
import dev.adit.interrupts.domain.BusDomain;
import dev.adit.interrupts.domain.HypercallHost;
import dev.adit.interrupts.domain.Quotas;
import dev.adit.interrupts.domain.RemapDomain;
import dev.adit.interrupts.domain.VectorDomain;
import dev.adit.interrupts.spec.CompatibilityMessage;
import dev.adit.interrupts.spec.HypercallAbi;
import dev.adit.interrupts.spec.PostedDescriptor;
import dev.adit.interrupts.spec.RemappableMessage;
import dev.adit.interrupts.spec.VtdFields;
import dev.adit.interrupts.spec.VtdRegister;
import dev.adit.interrupts.store.ImsArray;
import dev.adit.interrupts.store.ImsChip;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A whole small platform: one function whose four store entries two tenants share, a VT-d unit with
 * four remapping entries, and for each tenant two processors with a posted-interrupt descriptor.
 * Beside it a model of a few lines that says which vectors each operation has to set, no more and
 * no less; {@link #apply} compares.
 *
 * <p>In one form the host owns the store and the device checks PASIDs (level 2). In the other each
 * tenant gets real messages by hypercall and writes them, or what it likes, into its own two
 * entries, and the remapper checks PASIDs (level 3).
 */
final class TwoTenants implements InterruptBus {
  private static final int RID = 0x6A00;
  private static final int OTHER_RID = 0x6B00;
  private static final int ENTRIES = 4;
  private static final long DESCRIPTORS = 0x100;
  private static final long LIVE = 0x1000;

  /** What can happen. */
  enum Kind {
    /** A tenant gets an interrupt, from the host or by hypercall. */
    ALLOCATE,
    /** A tenant's interrupt is given back. */
    RELEASE,
    /** Everything of a tenant is given back. */
    DESTROY,
    /** A tenant's interrupt moves to its other processor. */
    MOVE,
    /** An entry is masked by the tenant it belongs to. */
    MASK,
    UNMASK,
    /** A tenant's work item completes and names an entry, its own or not. */
    FIRE,
    /** A tenant has the device write a message for a remapping entry by DMA, with its PASID. */
    DMA,
    /** The same in compatibility format. */
    DMA_COMPATIBILITY,
    /** Another function, which no tenant has, forges a message without PASID. */
    FORGE,
    /** A tenant that owns the store writes a message of its choice into an entry of its own. */
    WRITE
  }

  /** An operation by a tenant, on one or two small numbers. */
  record Op(Kind kind, int tenant, int a, int b) {}

  /** An interrupt as the model sees it. */
  private static final class Model {
    int owner = -1;
    int slot;
    int processor;
  }

  private final boolean guestsWrite;
  private final GuestMemory memory = GuestMemory.of(0, MemorySegment.ofArray(new long[513]));
  private final VtdUnit unit;
  private final ImsArray store;
  private final BusDomain bus;
  private final HypercallHost[] hosts = new HypercallHost[2];
  private final BusDomain.@Nullable Interrupt[][] interrupts = new BusDomain.Interrupt[2][2];
  private final long[][] ids = new long[2][2];

  // The model: by remapping entry whose it is, by store entry what it names and how it stands.
  private final Model[] remap = new Model[ENTRIES];
  private final int[] names = {-1, -1, -1, -1};
  private final int[] owner = {-1, -1, -1, -1};
  private final boolean[] masked = {true, true, true, true};
  private final boolean[] pending = new boolean[ENTRIES];
  private final Set<Integer> expected = new TreeSet<>();

  TwoTenants(boolean guestsWrite, IsolationLevel level) {
    this.guestsWrite = guestsWrite;
    boolean pasids = level == IsolationLevel.REMAPPER_PASID;
    VtdConfig hardware = VtdConfig.hardware();
    unit = new VtdUnit(pasids ? hardware.withPasidIsolation() : hardware, memory, this);
    unit.write(VtdRegister.IRTA.offset(), 8, VtdFields.EIME.mask() | 1);
    unit.write(VtdRegister.GCMD.offset(), 4, VtdFields.SIRTP.mask());
    unit.write(VtdRegister.GCMD.offset(), 4, VtdFields.IRE.mask());
    unit.write(VtdRegister.PILA.offset(), 8, LIVE | VtdFields.PIE.mask());
    memory.setLong(LIVE, 0b110);
    store = new ImsArray(Formats.OWNED, ENTRIES, unit, RID, pasids);
    RemapTable table = new VtdEntries(unit::invalidate, memory, 0, ENTRIES, true, false, level);
    RemapDomain domain =
        new RemapDomain(
            table, new VectorDomain(1, Quotas.none("vectors")), new Quotas("remapping entries", 2));
    bus =
        new BusDomain(domain, new ImsChip(Formats.OWNED, window(), ENTRIES), RID, quota(), _ -> {});
    for (int i = 0; i < ENTRIES; i++) {
      remap[i] = new Model();
    }
    for (int tenant = 0; guestsWrite && tenant < 2; tenant++) {
      give(tenant, domain);
    }
  }

  private static Quotas quota() {
    return new Quotas("store entries", 2);
  }

  private RegisterWindow window() {
    return new RegisterWindow() {
      @Override
      public long read(long offset, int width) {
        return store.read(offset, width);
      }

      @Override
      public void write(long offset, int width, long value) {
        store.write(offset, width, value);
      }
    };
  }

  /** The host binds two store entries to a tenant's PASID, and answers its hypercalls. */
  private void give(int tenant, RemapDomain domain) {
    for (int entry = 2 * tenant; entry < 2 * tenant + 2; entry++) {
      owner[entry] = tenant;
      store.write(entry * 16L + 12, 4, Formats.OWNED.pasidEnable() | pasid(tenant) << 12 | 1);
    }
    var device = new HypercallHost.Device(RID, domain, IsolationLevel.REMAPPER_PASID, false);
    hosts[tenant] =
        new HypercallHost(
            new HypercallHost.Vm() {
              @Override
              public int id() {
                return tenant + 1;
              }

              @Override
              public Optional<HypercallHost.Device> device(int guestRequesterId) {
                return guestRequesterId == 8 ? Optional.of(device) : Optional.empty();
              }

              @Override
              public Optional<Integer> pasid(int guestPasid) {
                return guestPasid == 0 ? Optional.of(TwoTenants.pasid(tenant)) : Optional.empty();
              }

              @Override
              public Optional<Target> target(int cpu, int vector) {
                return cpu < 2
                    ? Optional.of(new Target.Posted(descriptor(tenant, cpu), vector, false))
                    : Optional.empty();
              }
            },
            true);
    assertThat(call(tenant, HypercallAbi.NEGOTIATE, 1)[0]).isEqualTo(HypercallAbi.OK);
  }

  private long[] call(int tenant, long... in) {
    long[] registers = new long[HypercallAbi.REGISTERS];
    System.arraycopy(in, 0, registers, 0, in.length);
    hosts[tenant].call(registers);
    return registers;
  }

  private static int pasid(int tenant) {
    return tenant + 1;
  }

  private static long descriptor(int tenant, int processor) {
    return DESCRIPTORS + (2L * tenant + processor) * PostedDescriptor.BYTES;
  }

  private static int vector(int tenant, int slot) {
    return 0x40 + 2 * tenant + slot;
  }

  /** Every operation there is; those that make no sense in a state do nothing. */
  static List<Op> operations(boolean guestsWrite) {
    List<Op> all = new ArrayList<>();
    for (int tenant = 0; tenant < 2; tenant++) {
      all.add(new Op(Kind.ALLOCATE, tenant, 0, 0));
      all.add(new Op(Kind.DESTROY, tenant, 0, 0));
      all.add(new Op(Kind.DMA_COMPATIBILITY, tenant, 0, 0));
      for (int slot = 0; slot < 2; slot++) {
        all.add(new Op(Kind.RELEASE, tenant, slot, 0));
        all.add(new Op(Kind.MOVE, tenant, slot, 0));
        all.add(new Op(Kind.MASK, tenant, slot, 0));
        all.add(new Op(Kind.UNMASK, tenant, slot, 0));
        for (int entry = 0; guestsWrite && entry < ENTRIES; entry++) {
          all.add(new Op(Kind.WRITE, tenant, slot, entry));
        }
      }
      for (int entry = 0; entry < ENTRIES; entry++) {
        all.add(new Op(Kind.FIRE, tenant, entry, 0));
        all.add(new Op(Kind.DMA, tenant, entry, 0));
      }
    }
    for (int entry = 0; entry < ENTRIES; entry++) {
      all.add(new Op(Kind.FORGE, 0, entry, 0));
    }
    return all;
  }

  /** Does an operation, and fails unless exactly the vectors that the model names were set. */
  void apply(Op op) {
    expected.clear();
    switch (op.kind()) {
      case ALLOCATE -> allocate(op.tenant());
      case RELEASE -> release(op.tenant(), op.a());
      case DESTROY -> {
        release(op.tenant(), 0);
        release(op.tenant(), 1);
      }
      case MOVE -> move(op.tenant(), op.a());
      case MASK -> mask(op.tenant(), op.a(), true);
      case UNMASK -> mask(op.tenant(), op.a(), false);
      case FIRE -> fire(op.tenant(), op.a());
      case DMA -> dma(op.tenant(), op.a());
      case DMA_COMPATIBILITY -> {
        CompatibilityMessage message = CompatibilityMessage.fixed(0, 0x40);
        unit.remap(message.address(), message.data(), RID, pasid(op.tenant()));
      }
      case FORGE -> send(op.a(), OTHER_RID, MessageStore.NO_PASID);
      case WRITE -> write(op.tenant(), 2 * op.tenant() + op.a(), op.b());
    }
    Set<Integer> came = drain();
    if (!came.equals(expected)) {
      throw new AssertionError(op + ": expected " + expected + ", came " + came);
    }
    for (int i = 0; i < 8; i++) {
      unit.write(VtdRegister.FRCD_OFFSET + i * 16L + 12, 4, 0x8000_0000L);
    }
  }

  private void send(int index, int requesterId, int pasid) {
    RemappableMessage message = RemappableMessage.of(index);
    unit.remap(message.address(), message.data(), requesterId, pasid);
  }

  private void allocate(int tenant) {
    int slot = slotOf(tenant, 0) < 0 ? 0 : slotOf(tenant, 1) < 0 ? 1 : -1;
    int index;
    if (guestsWrite) {
      int vector = slot < 0 ? 0x50 : vector(tenant, slot);
      long[] answer = call(tenant, HypercallAbi.ALLOCATE, 8, 0, vector, 0, 0);
      assertThat(answer[0]).isEqualTo(slot < 0 ? HypercallAbi.QUOTA : HypercallAbi.OK);
      if (slot < 0) {
        return;
      }
      ids[tenant][slot] = answer[1];
      index = RemappableMessage.index(answer[2], (int) answer[3]);
    } else {
      try {
        Target home = new Target.Posted(descriptor(tenant, 0), vector(tenant, slot & 1), false);
        var got = bus.allocate(Cookie.of(tenant + 1, pasid(tenant)), home);
        assertThat(slot).as("beyond the quota").isNotNegative();
        interrupts[tenant][slot] = got;
        index = RemappableMessage.index(got.message().address(), got.message().data());
        owner[got.index()] = tenant;
        names[got.index()] = index;
      } catch (DomainException e) {
        assertThat(slot).isNegative();
        return;
      }
    }
    remap[index].owner = tenant;
    remap[index].slot = slot;
    remap[index].processor = 0;
  }

  /** The remapping entry of a tenant's interrupt, or -1. */
  private int slotOf(int tenant, int slot) {
    for (int i = 0; i < ENTRIES; i++) {
      if (remap[i].owner == tenant && remap[i].slot == slot) {
        return i;
      }
    }
    return -1;
  }

  private void release(int tenant, int slot) {
    int index = slotOf(tenant, slot);
    if (index < 0) {
      return;
    }
    if (guestsWrite) {
      assertThat(call(tenant, HypercallAbi.RELEASE, ids[tenant][slot])[0]).isZero();
    } else {
      BusDomain.Interrupt interrupt = interrupts[tenant][slot];
      int entry = interrupt.index();
      if (pending[entry]) {
        arrive(index);
      }
      interrupt.release();
      interrupts[tenant][slot] = null;
      owner[entry] = -1;
      names[entry] = -1;
      masked[entry] = true;
      pending[entry] = false;
    }
    remap[index].owner = -1;
  }

  private void move(int tenant, int slot) {
    int index = slotOf(tenant, slot);
    if (index < 0) {
      return;
    }
    int other = 1 - remap[index].processor;
    if (guestsWrite) {
      long[] answer =
          call(tenant, HypercallAbi.RETARGET, ids[tenant][slot], other, vector(tenant, slot));
      assertThat(answer[0]).isZero();
      assertThat(answer[3]).as("the message stays").isZero();
    } else {
      Target there = new Target.Posted(descriptor(tenant, other), vector(tenant, slot), false);
      assertThat(interrupts[tenant][slot].retarget(there)).as("the store stays").isFalse();
    }
    remap[index].processor = other;
  }

  private void mask(int tenant, int slot, boolean on) {
    int entry = 2 * tenant + slot;
    if (guestsWrite) {
      store.write(
          entry * 16L + 12, 4, Formats.OWNED.pasidEnable() | pasid(tenant) << 12 | (on ? 1 : 0));
    } else {
      BusDomain.Interrupt interrupt = interrupts[tenant][slot];
      if (interrupt == null) {
        return;
      }
      interrupt.mask(on);
      entry = interrupt.index();
    }
    masked[entry] = on;
    if (!on && pending[entry]) {
      pending[entry] = false;
      leave(entry);
    }
  }

  /** The device: a work item's handle is admitted for the PASID the entry is bound to. */
  private void fire(int tenant, int entry) {
    boolean done = store.complete(entry, pasid(tenant));
    assertThat(done).isEqualTo(owner[entry] == tenant);
    if (!done) {
      return;
    }
    if (masked[entry]) {
      pending[entry] = true;
    } else {
      leave(entry);
    }
  }

  private void dma(int tenant, int index) {
    send(index, RID, pasid(tenant));
    if (guestsWrite && remap[index].owner == tenant) {
      arrive(index);
    }
  }

  private void write(int tenant, int entry, int index) {
    RemappableMessage message = RemappableMessage.of(index);
    store.write(entry * 16L, 8, message.address());
    store.write(entry * 16L + 8, 4, message.data());
    names[entry] = index;
    assertThat(owner[entry]).isEqualTo(tenant);
  }

  /** A message leaves a store entry: it arrives if what it names is its owner's. */
  private void leave(int entry) {
    if (names[entry] >= 0 && remap[names[entry]].owner == owner[entry]) {
      arrive(names[entry]);
    }
  }

  private void arrive(int index) {
    Model to = remap[index];
    expected.add((2 * to.owner + to.processor) << 8 | vector(to.owner, to.slot));
  }

  /** What was set in the descriptors since the last time: descriptor in 9:8, vector in 7:0. */
  private Set<Integer> drain() {
    Set<Integer> came = new TreeSet<>();
    for (int descriptor = 0; descriptor < 4; descriptor++) {
      long at = DESCRIPTORS + descriptor * (long) PostedDescriptor.BYTES;
      for (int vector = 0; vector < 256; vector++) {
        long word = memory.getLong(at + PostedDescriptor.pirWord(vector));
        if (word == 0) {
          vector |= 63;
        } else if ((word & PostedDescriptor.pirBit(vector)) != 0) {
          came.add(descriptor << 8 | vector);
        }
      }
      for (int word = 0; word < 8; word++) {
        memory.setLong(at + word * 8L, 0);
      }
    }
    return came;
  }

  /** All that the future depends on: the store, the table, the unit's cache, who owns what. */
  String state() {
    StringBuilder state = new StringBuilder();
    VtdTable table = Objects.requireNonNull(unit.mode().table());
    for (int i = 0; i < ENTRIES; i++) {
      append(state, store.read(i * 16L, 8));
      append(state, store.read(i * 16L + 8, 8));
      append(state, memory.getLong(i * 16L));
      append(state, memory.getLong(i * 16L + 8));
      append(state, table.rule(i));
      append(state, table.rule(i) == VtdRule.NONE ? 0 : table.target(i));
      append(state, remap[i].owner < 0 ? -1 : remap[i].owner << 4 | remap[i].slot);
    }
    for (BusDomain.@Nullable Interrupt[] of : interrupts) {
      for (BusDomain.@Nullable Interrupt each : of) {
        state.append((char) (each == null ? 99 : each.index()));
      }
    }
    return state.toString();
  }

  private static void append(StringBuilder state, long word) {
    state.append((char) (word >>> 48)).append((char) (word >>> 32));
    state.append((char) (word >>> 16)).append((char) word);
  }

  @Override
  public void deliver(int destination, int vector, int attributes) {
    assertThat(vector).as("notifications only: %x", vector).isZero();
  }
}
